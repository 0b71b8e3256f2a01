"""The three-way merge, field by field, over arbitrary edits."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.bootstrap.plan import Action, RowPlan, StoredReward, make_plan

NAMES = ("alpha", "beta", "gamma")
values = st.none() | st.integers(0, 3)
fields = st.fixed_dictionaries(dict.fromkeys(NAMES, values))
defaults = st.fixed_dictionaries(dict.fromkeys(NAMES, st.integers(0, 3)))
rewards = st.dictionaries(
    st.sampled_from("abcd"),
    st.fixed_dictionaries({"name": st.sampled_from("NOPQ"), "text": st.integers(0, 3)}),
)


def seed(config: dict[str, Any], **rewards: dict[str, Any]) -> dict[str, Any]:
    """Shape values as `Manifest.values` does."""
    return {"config": config, "rewards": rewards}


def applied(row: RowPlan, mine: dict[str, Any] | None) -> dict[str, Any]:
    """Do to a row what its plan says."""
    return {**(mine or {}), **{name: after for name, (_, after) in row.changes.items()}}


@given(base=st.none() | defaults, mine=fields, theirs=defaults)
def test_each_field_follows_the_rule(
    base: dict[str, Any] | None, mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    """NULL or untouched takes the manifest's value; an edit is kept and reported as kept."""
    row = make_plan(seed(theirs), seed(base) if base else {}, mine, []).config

    result = applied(row, mine)
    for name in NAMES:
        edited = mine[name] is not None and (base is None or mine[name] != base[name])
        assert (mine[name] if edited else theirs[name]) == result[name]
        assert (edited and mine[name] != theirs[name]) == (name in row.kept)


@given(base=st.none() | defaults, mine=st.none() | fields, theirs=defaults)
def test_second_run_changes_nothing(
    base: dict[str, Any] | None, mine: dict[str, Any] | None, theirs: dict[str, Any]
) -> None:
    """One run converges, whatever was there."""
    first = make_plan(seed(theirs), seed(base) if base else {}, mine, []).config

    second = make_plan(seed(theirs), seed(theirs), applied(first, mine), []).config

    assert {} == second.changes
    assert Action.KEEP is second.action


@given(theirs=rewards, stored=rewards, base=rewards)
def test_every_reward_has_one_row_of_its_own(
    theirs: dict[str, Any], stored: dict[str, Any], base: dict[str, Any]
) -> None:
    """Each wanted reward is matched, adopted or inserted; no row serves two rewards."""
    names = [fields["name"] for fields in theirs.values()]
    theirs = {key: fields for key, fields in theirs.items() if names.count(fields["name"]) == 1}
    rows = [StoredReward(number, key, row) for number, (key, row) in enumerate(stored.items())]

    plan = make_plan(seed({}, **theirs), seed({}, **base), {}, rows)

    used = [row.row_id for row in plan.rewards if row.row_id is not None]
    assert list(theirs) == [row.key for row in plan.rewards]
    assert len(set(used)) == len(used)
    assert {row.id for row in rows if row.key in theirs} <= set(used)


def test_reward_is_adopted_by_name() -> None:
    """A row of the same name under another key becomes ours and keeps what it says."""
    stored = StoredReward(7, None, {"name": "Welcome", "text": "edited"})

    (row,) = make_plan(
        seed({}, welcome={"name": "Welcome", "text": "default"}), {}, {}, [stored]
    ).rewards

    assert (Action.UPDATE, 7) == (row.action, row.row_id)
    assert {"key": (None, "welcome")} == row.changes
    assert {"text": ("edited", "default")} == row.kept


def test_key_beats_name() -> None:
    """A reward whose key is there is not adopted from another row that has its name."""
    renamed = StoredReward(1, "welcome", {"name": "Hello"})
    namesake = StoredReward(2, "other", {"name": "Welcome"})

    (row,) = make_plan(seed({}, welcome={"name": "Welcome"}), {}, {}, [renamed, namesake]).rewards

    assert (1, {"name": ("Hello", "Welcome")}) == (row.row_id, row.kept)


def test_rewards_that_left_the_manifest_stay() -> None:
    """What the manifest no longer names is not even looked at."""
    plan = make_plan(seed({}), {}, {}, [StoredReward(1, "old", {"name": "Old"})])

    assert () == plan.rewards
