"""The three-way merge, field by field, over arbitrary edits."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text

from bot.seeding import Seed, SeededTable
from bot.seeding.plan import Action, RowPlan, make_plan
from bot.seeding.snapshot import StoredRow

NAMES = ("alpha", "beta", "gamma")
values = st.none() | st.integers(0, 3)
fields = st.fixed_dictionaries(dict.fromkeys(NAMES, values))
defaults = st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 3)))
named = st.dictionaries(
    st.sampled_from("abcd"),
    st.fixed_dictionaries({"name": st.sampled_from("NOPQ"), "text": st.integers(0, 3)}),
)
metadata = MetaData()
settings = Table(
    "settings",
    metadata,
    Column("id", Integer, primary_key=True),
    *(Column(name, Integer) for name in NAMES),
)
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, unique=True),
    Column("name", Text),
    Column("text", Integer),
)


def of_settings(theirs: dict[str, Any], *, heal: bool = True) -> Seed:
    """Declare one row."""
    table = SeededTable("settings", settings, fields=NAMES, single=1, heal=heal)
    return Seed("test", 1, {"settings": theirs}, [table])


def of_things(theirs: dict[str, Any]) -> Seed:
    """Declare rows that are adopted by their names."""
    table = SeededTable("things", things, key="key", fields=("name", "text"), adopt_by="name")
    return Seed("test", 1, {"things": theirs}, [table])


def plan_settings(
    theirs: dict[str, Any],
    base: dict[str, Any] | None,
    mine: dict[str, Any] | None,
    *,
    heal: bool = True,
) -> RowPlan:
    """Plan the one row; `mine` is None when it is missing."""
    stored = [] if mine is None else [StoredRow((), {"id": 1, **mine})]
    bases = {"settings": base} if base else {}
    (row,) = make_plan(of_settings(theirs, heal=heal), bases, {"settings": stored})
    return row


def plan_things(
    theirs: dict[str, Any], base: dict[str, Any], stored: list[StoredRow]
) -> tuple[RowPlan, ...]:
    """Plan the rows."""
    return make_plan(of_things(theirs), {"things": base}, {"things": stored})


def thing(number: int, key: str | None, **values: Any) -> StoredRow:
    """Make a row as a look reads it."""
    return StoredRow((key,), {"id": number, "key": key, **values})


def applied(row: RowPlan, mine: dict[str, Any] | None) -> dict[str, Any]:
    """Do to a row what its plan says."""
    return {**(mine or {}), **{name: after for name, (_, after) in row.changes.items()}}


@given(base=st.none() | defaults, mine=fields, theirs=defaults)
def test_each_field_follows_the_rule(
    base: dict[str, Any] | None, mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    """NULL or untouched takes the manifest's value; an edit is kept and reported as kept."""
    row = plan_settings(theirs, base, mine)

    result = applied(row, mine)
    for name in NAMES:
        edited = mine[name] is not None and (base is None or mine[name] != base[name])
        assert (mine[name] if edited else theirs[name]) == result[name]
        assert (edited and mine[name] != theirs[name]) == (name in row.kept)


@given(base=st.none() | defaults, mine=fields, theirs=defaults)
def test_without_healing_null_is_a_value(
    base: dict[str, Any] | None, mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    """Only what is still as it was applied, or never was, takes the manifest's value."""
    row = plan_settings(theirs, base, mine, heal=False)

    result = applied(row, mine)
    for name in NAMES:
        edited = mine[name] is not None if base is None else mine[name] != base[name]
        assert (mine[name] if edited else theirs[name]) == result[name]


@given(base=st.none() | defaults, mine=st.none() | fields, theirs=defaults)
def test_second_run_changes_nothing(
    base: dict[str, Any] | None, mine: dict[str, Any] | None, theirs: dict[str, Any]
) -> None:
    """One run converges, whatever was there."""
    first = plan_settings(theirs, base, mine)

    second = plan_settings(theirs, theirs, applied(first, mine))

    assert {} == second.changes
    assert (Action.KEEP if second.kept else Action.UNCHANGED) is second.action


@given(theirs=named, stored=named, base=named)
def test_every_row_is_one_of_its_own(
    theirs: dict[str, Any], stored: dict[str, Any], base: dict[str, Any]
) -> None:
    """Each wanted row is matched, adopted or inserted; no row serves two."""
    rows = [thing(number, key, **row) for number, (key, row) in enumerate(stored.items())]

    plans = plan_things(theirs, base, rows)

    used = [id(plan.stored) for plan in plans if plan.stored]
    assert sorted(theirs) == sorted(plan.name for plan in plans)
    assert len(set(used)) == len(used)
    assert {id(row) for row in rows if row.key[0] in theirs} <= set(used)


def test_row_is_adopted_by_name() -> None:
    """A row of the same name without our key becomes ours and keeps what it says."""
    stored = thing(7, None, name="Welcome", text=2)

    (row,) = plan_things({"welcome": {"name": "Welcome", "text": 1}}, {}, [stored])

    assert (Action.UPDATE, stored) == (row.action, row.stored)
    assert {"key": (None, "welcome")} == row.changes
    assert {"text": (2, 1)} == row.kept


def test_names_are_equal_as_people_see_them() -> None:
    """Decomposed letters, blanks at the ends and capitals make no other name."""
    stored = thing(7, None, name=" racha de 7 di\u0301as", text=1)

    (row,) = plan_things({"racha": {"name": "Racha de 7 Días", "text": 1}}, {}, [stored])

    assert stored is row.stored


def test_adopted_row_has_the_base_of_its_key() -> None:
    """A row that lost its key is merged by what was applied to it, not taken for edited."""
    base = {"welcome": {"name": "Welcome", "text": 1}}
    stored = thing(7, None, name="Welcome", text=1)

    (row,) = plan_things({"welcome": {"name": "Welcome", "text": 2}}, base, [stored])

    assert {"key": (None, "welcome"), "text": (1, 2)} == row.changes


def test_key_beats_name() -> None:
    """A row whose key is there is not adopted from another one that has its name."""
    renamed = thing(1, "welcome", name="Hello", text=1)
    namesake = thing(2, "other", name="Welcome", text=1)

    (row,) = plan_things({"welcome": {"name": "Welcome", "text": 1}}, {}, [renamed, namesake])

    assert (renamed, {"name": ("Hello", "Welcome")}) == (row.stored, row.kept)


def test_rows_that_left_the_manifest_stay() -> None:
    """What the manifest no longer names is not even looked at."""
    assert () == plan_things({}, {}, [thing(1, "old", name="Old", text=1)])


def test_row_adopted_from_another_key_has_its_base() -> None:
    """A key that has another name in the manifest takes along what was applied under the old."""
    base = {"old": {"name": "Welcome", "text": 1}}
    stored = thing(7, "old", name="Welcome", text=1)

    (row,) = plan_things({"new": {"name": "Welcome", "text": 2}}, base, [stored])

    assert {"key": ("old", "new"), "text": (1, 2)} == row.changes
    assert {} == row.kept
