"""The three-way merge, purely: base, what the database holds, what the manifest wants."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from bot.seeding import Children, Seed, SeededTable
from bot.seeding.plan import Action, make_plan
from bot.seeding.snapshot import StoredRow

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("one", Integer),
    Column("two", Integer),
)
tags = Table(
    "tags",
    metadata,
    Column("thing_id", ForeignKey(things.c.id), primary_key=True),
    Column("name", Text, primary_key=True),
)
bare = Table("bare", metadata, Column("id", Integer, primary_key=True))
numbers = st.none() | st.integers(0, 2)
fields = st.fixed_dictionaries({"one": numbers, "two": numbers})
members = st.lists(st.sampled_from("abcd"), unique=True)


def seed(values: dict[str, Any], **options: Any) -> Seed:
    """Declare a seed of one section."""
    table = SeededTable("things", things, key="code", fields=("one", "two"), **options)
    return Seed("merge", 1, {"things": values}, [table])


def stored(values: dict[str, Any], code: str = "a") -> StoredRow:
    """Return a row as a look finds it."""
    return StoredRow((code,), {"id": 1, "code": code, **values})


@pytest.mark.parametrize("heal", [True, False])
@given(base=st.none() | fields, mine=fields, theirs=fields)
def test_each_field_by_itself(
    heal: bool,  # noqa: FBT001 - a parameter of the test
    base: dict[str, Any] | None,
    mine: dict[str, Any],
    theirs: dict[str, Any],
) -> None:
    """Missing or as last applied takes the manifest's value; anything else is an edit and stays."""
    marker = {} if base is None else {"things": {"a": base}}

    (row,) = make_plan(seed({"a": theirs}, heal=heal), marker, {"things": [stored(mine)]})

    after = {name: row.changes.get(name, (None, value))[1] for name, value in mine.items()}
    for name, value in mine.items():
        moves = (base is not None and value == base[name]) or (
            value is None and (heal or base is None)
        )
        expected = theirs[name] if moves else value
        assert expected == after[name]
        assert (expected != theirs[name]) == (name in row.kept)
    assert (after != mine) == (row.action is Action.UPDATE)


@given(base=st.none() | members, mine=members, theirs=members)
def test_members_one_by_one(base: list[str] | None, mine: list[str], theirs: list[str]) -> None:
    """An admin's stay, those taken away stay away, and the manifest's come and go."""
    children = Children("tags", tags, parent="thing_id", columns=("name",), each=True)
    marker = {} if base is None else {"things": {"a": {"tags": sorted(base) or None}}}
    row = stored({"tags": sorted(mine) or None})

    (plan,) = make_plan(
        seed({"a": {"tags": theirs}}, children=children, heal=False), marker, {"things": [row]}
    )

    was = set(base or ())
    expected = {one for one in mine if one in theirs or one not in was}
    expected |= {one for one in theirs if one not in was}
    found = plan.changes["tags"][1] if "tags" in plan.changes else sorted(mine)
    assert sorted(expected) == (found or [])


@given(base=st.none() | fields, theirs=fields, heal=st.booleans(), taken=st.booleans())
def test_row_that_is_gone(
    base: dict[str, Any] | None,
    theirs: dict[str, Any],
    heal: bool,  # noqa: FBT001 - hypothesis gives it
    taken: bool,  # noqa: FBT001 - same
) -> None:
    """It comes back, unless it was seeded once and rows do not heal; `take` brings it back."""
    marker = {} if base is None else {"things": {"a": base}}

    (row,) = make_plan(
        seed({"a": theirs}, heal=heal), marker, {"things": []}, lambda _row, _field: taken
    )

    comes = heal or base is None or taken
    assert (Action.INSERT if comes else Action.KEEP) is row.action
    assert comes == row.writes
    if comes:
        assert {"code": (None, "a")} | {n: (None, v) for n, v in theirs.items()} == row.changes


@given(mine=fields, theirs=fields)
def test_taken_edits_are_given_back(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Only the field that was named."""
    rows = {"things": [stored(mine)]}

    (row,) = make_plan(seed({"a": theirs}), {}, rows, lambda _row, name: name == "one")

    assert (mine["one"] != theirs["one"]) == ("one" in row.changes)
    assert (mine["two"] is None and theirs["two"] is not None) == ("two" in row.changes)


def test_no_two_wanted_rows_adopt_one() -> None:
    """The first gets the row of their name, the second is inserted."""
    table = SeededTable("things", things, key="code", fields=("one",), adopt_by="one")
    declared = Seed("merge", 1, {"things": {"a": {"one": 1}, "b": {"one": 1}}}, [table])

    plans = make_plan(declared, {}, {"things": [stored({"one": 1}, "x")]})

    assert [Action.UPDATE, Action.INSERT] == [plan.action for plan in plans]


def test_row_without_a_name_adopts_nobody() -> None:
    """NULL is no name that two rows could share."""
    table = SeededTable("things", things, key="code", fields=("one",), adopt_by="one")
    declared = Seed("merge", 1, {"things": {"a": {}}}, [table])

    (plan,) = make_plan(declared, {}, {"things": [stored({"one": None}, "x")]})

    assert Action.INSERT is plan.action


@pytest.mark.parametrize("was", [5, True, "a", {"a": 1}])
def test_children_whose_name_was_a_columns(was: Any) -> None:
    """What a marker holds of that column says nothing of them."""
    children = Children("tags", tags, parent="thing_id", columns=("name",), each=True)
    table = SeededTable("things", things, key="code", fields=(), children=children)
    declared = Seed("merge", 1, {"things": {"x": {"tags": ["a"]}}}, [table])
    row = stored({"tags": ["b"]}, "x")

    (plan,) = make_plan(declared, {"things": {"x": {"tags": was}}}, {"things": [row]})

    assert {"tags": (["b"], ["a", "b"])} == plan.changes


def test_single_row_without_fields_that_is_gone() -> None:
    """It was seeded once and stays gone like any other, but comes where it never was."""
    declared = Seed("merge", 1, {"bare": {}}, [SeededTable("bare", bare, single=1, heal=False)])

    (gone,) = make_plan(declared, {"bare": {}}, {"bare": []})
    (new,) = make_plan(declared, {}, {"bare": []})

    assert (Action.KEEP, Action.INSERT) == (gone.action, new.action)
