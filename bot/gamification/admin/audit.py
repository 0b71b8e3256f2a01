"""The audit trail: who changed what, from what to what, in the transaction that changed it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.gamification.models import AdminAction, User
from bot.gamification.moment import Economy

PAGE: Final = 8


class Action(StrEnum):
    """What an admin did; stored for ever, so never rename one."""

    CHANGE_SETTING = "setting.change"
    CREATE_REWARD = "reward.create"
    EDIT_REWARD = "reward.edit"
    GRANT = "member.grant"
    TAKE = "member.take"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line; `before` and `after` are JSON values, `admin_name` None for one who is gone."""

    id: int
    admin_id: int
    admin_name: str | None
    action: str
    target: str
    before: Any
    after: Any
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some lines, newest first; `older_than` leads to the next page, None when there is none."""

    rows: tuple[AuditRow, ...]
    older_than: int | None


async def record(  # noqa: PLR0913 - an audit line has that many parts
    economy: Economy, admin_id: int, action: Action, target: str, *, before: Any, after: Any
) -> None:
    """Write one line for a change that the same transaction makes."""
    row = {
        "admin_id": admin_id,
        "action": action.value,
        "target": target,
        "before": before,
        "after": after,
        "created_at": economy.now,
    }
    # A column that is left out is NULL; a None that is put in would be JSON's null.
    given = {name: value for name, value in row.items() if value is not None}
    await economy.connection.execute(insert(AdminAction).values(given))


async def read_audit(connection: AsyncConnection, older_than: int | None = None) -> AuditPage:
    """Return the newest lines, or those before line `older_than`."""
    statement = (
        select(
            AdminAction.id,
            AdminAction.admin_id,
            User.first_name,
            AdminAction.action,
            AdminAction.target,
            AdminAction.before,
            AdminAction.after,
            AdminAction.created_at,
        )
        .outerjoin(User, User.user_id == AdminAction.admin_id)
        .order_by(AdminAction.id.desc())
        .limit(PAGE + 1)
    )
    if older_than is not None:
        statement = statement.where(AdminAction.id < older_than)
    found = [AuditRow(*row) for row in await connection.execute(statement)]
    rows = tuple(found[:PAGE])
    return AuditPage(rows, older_than=rows[-1].id if len(found) > PAGE else None)
