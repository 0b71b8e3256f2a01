"""Levels after a change of the formula: given anew in slices, and payments go on in between.

Who pays from the change on gives levels by the new formula already. How far the rest follows is a
row: whatever has changed the formula, the panel, the seed or SQL, and whichever process dies on the
way, one that runs finds the row behind and goes on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import insert
from bot.gamification.context import ConfigReader
from bot.gamification.levels import let_postings_finish, relevel
from bot.gamification.models import AccountRow, LevelSettlementRow

#: Members whose levels are given anew in one transaction, well under a second.
SLICE: Final = 1_000
_BEFORE_ALL: Final = -(2**63)

_profile = AccountRow
_settlement = LevelSettlementRow.__table__.c


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of it: how many members' levels have changed, and which admin waits for that."""

    changed: int
    admin_id: int | None


async def begin_releveling(
    connection: AsyncConnection, admin_id: int, formula: str, now: datetime
) -> int | None:
    """Relevel a community of one slice at once; return how many levels changed.

    With more members return None: all is left to `go_on`, and the admin is told at the end.
    """
    members = select(_profile.user_id).limit(SLICE + 1).subquery()
    is_small = (await connection.scalar(select(func.count()).select_from(members)) or 0) <= SLICE
    if not is_small:
        # No formula at all: whoever changes it back soon has left levels by this one, too.
        await _write(connection, {"formula": "", "admin_id": admin_id})
        return None
    await _write(connection, {"formula": formula, "after_user_id": None, "admin_id": None})
    await let_postings_finish(connection)
    return await relevel(connection, formula, now)


async def unsettle(connection: AsyncConnection) -> None:
    """Let all levels be looked at again: the formula may be changed back before anybody has."""
    settled = update(LevelSettlementRow).where(_settlement.id == 1)
    await connection.execute(settled.values(formula=""))


async def is_settled(connection: AsyncConnection, settings: ConfigReader) -> bool:
    """Return whether all levels follow the formula in force, by a look that locks nothing."""
    row = (await connection.execute(_ROW)).one_or_none()
    formula = (await settings.read(connection)).level_formula
    return row is not None and (row.formula, row.after_user_id) == (formula, None)


async def go_on(
    connection: AsyncConnection, settings: ConfigReader, now: datetime
) -> Settled | None:
    """Give the next slice of members the levels of the formula in force.

    Return None while there is more to do. Of several processes one works at a time.
    """
    row = (await connection.execute(_ROW.with_for_update())).one_or_none()
    formula = (await settings.read(connection)).level_formula
    if row is None:  # a new database, or one of a release that left no levels behind
        first = insert(connection.dialect.name, LevelSettlementRow).values(id=1, formula=formula)
        await connection.execute(first.on_conflict_do_nothing())
        return Settled(0, None)
    if row.formula != formula:
        # Whoever posts by the formula of before is waited for; it is in force no more.
        await let_postings_finish(connection)
        await _write(connection, {"formula": formula, "after_user_id": _BEFORE_ALL, "changed": 0})
        return None
    if row.after_user_id is None:
        return Settled(0, None)
    last = await connection.scalar(_end_of_slice(row.after_user_id))
    if last is None:
        await _write(connection, {"formula": formula, "after_user_id": None, "admin_id": None})
        return Settled(row.changed, row.admin_id)
    slice_ = _profile.user_id > row.after_user_id, _profile.user_id <= last
    changed = row.changed + await relevel(connection, formula, now, *slice_)
    await _write(connection, {"formula": formula, "after_user_id": last, "changed": changed})
    return None


async def _write(connection: AsyncConnection, values: dict[str, Any]) -> None:
    statement = insert(connection.dialect.name, LevelSettlementRow).values(id=1, **values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[_settlement.id], set_=values)
    )


def _end_of_slice(after: int) -> Select[tuple[int]]:
    members = select(_profile.user_id).where(_profile.user_id > after)
    slice_ = members.order_by(_profile.user_id).limit(SLICE).subquery()
    return select(func.max(slice_.c.user_id))


_ROW = select(
    _settlement.formula, _settlement.after_user_id, _settlement.changed, _settlement.admin_id
).where(_settlement.id == 1)
