"""The audit trail: a line per change, in the transaction that makes it, and pages of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.database.constructs import as_stored
from bot.database.pagination import Page, read_keyset_page
from bot.gamification.context import EconomyContext
from bot.gamification.models import AdminActionRow, ChatRow, RewardRow, UserRow
from bot.gamification.stored import read_json, read_moment, read_text

PAGE: Final = 8


class Action(StrEnum):
    """What an admin did; stored for ever, so never rename one."""

    CHANGE_SETTING = "setting.change"
    CREATE_REWARD = "reward.create"
    EDIT_REWARD = "reward.edit"
    RESTORE_REWARD = "reward.restore"
    GRANT = "member.grant"
    TAKE = "member.take"
    CHANGE_CHAT = "chat.change"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line; `before` and `after` are JSON values.

    `admin_name` is None for one who is gone, `target_name` for what is no member and no reward,
    `created_at` for what is no time. `undoes` is the line that this one undoes; `is_undone` says
    that another one undoes this.
    """

    id: int
    admin_id: int
    admin_name: str | None
    action: str
    target: str
    target_name: str | None
    before: Any
    after: Any
    created_at: datetime | None
    undoes: int | None = None
    is_undone: bool = False


AuditPage: TypeAlias = Page[AuditRow]


async def record(  # noqa: PLR0913 - an audit line has that many parts
    economy: EconomyContext,
    admin_id: int,
    action: Action,
    target: str,
    *,
    before: Any,
    after: Any,
    undoes: int | None = None,
) -> None:
    """Write one line for a change that the same transaction makes."""
    row = {
        "admin_id": admin_id,
        "action": action.value,
        "target": target,
        "before": before,
        "after": after,
        "created_at": economy.now,
        "undoes": undoes,
    }
    # A column that is left out is NULL; a None that is put in would be JSON's null.
    given = {name: value for name, value in row.items() if value is not None}
    await economy.connection.execute(insert(AdminActionRow).values(given))


async def read_audit(connection: AsyncConnection, older_than: int | None = None) -> AuditPage:
    """Return the newest lines, or those before line `older_than`."""
    page = await read_keyset_page(connection, _lines(), AdminActionRow.id, PAGE, older_than)
    named = await _names(connection, {row.target for row in page.rows})
    return Page(tuple(_audit_row(row, named.get(row.target)) for row in page.rows), page.older_than)


async def read_line(connection: AsyncConnection, line_id: int) -> AuditRow | None:
    """Return one line, or None if there is none."""
    row = (await connection.execute(_lines().where(AdminActionRow.id == line_id))).one_or_none()
    if row is None:
        return None
    return _audit_row(row, (await _names(connection, {row.target})).get(row.target))


def _lines() -> Select[Any]:
    untrusted = (AdminActionRow.before, AdminActionRow.after, AdminActionRow.created_at)
    undo = aliased(AdminActionRow)
    statement = select(
        AdminActionRow.id,
        AdminActionRow.admin_id,
        as_stored(UserRow.first_name).label("admin_name"),
        AdminActionRow.action,
        AdminActionRow.target,
        *(as_stored(column).label(column.key) for column in untrusted),
        AdminActionRow.undoes,
        undo.id.label("undone_by"),
    )
    statement = statement.outerjoin(UserRow, UserRow.user_id == AdminActionRow.admin_id)
    return statement.outerjoin(undo, undo.undoes == AdminActionRow.id)


def _audit_row(row: Any, target_name: str | None) -> AuditRow:
    return AuditRow(
        id=row.id,
        admin_id=row.admin_id,
        admin_name=read_text(row.admin_name),
        action=row.action,
        target=row.target,
        target_name=target_name,
        before=read_json(row.before),
        after=read_json(row.after),
        created_at=read_moment(row.created_at),
        undoes=row.undoes,
        is_undone=row.undone_by is not None,
    )


async def _names(connection: AsyncConnection, targets: Collection[str]) -> dict[str, str]:
    """Return what the members and rewards among the targets are called now."""
    names: dict[str, str] = {}
    for kind, key, name in (
        ("member", UserRow.user_id, as_stored(UserRow.first_name)),
        ("reward", RewardRow.id, as_stored(RewardRow.name)),
        ("chat", ChatRow.chat_id, as_stored(ChatRow.title)),
    ):
        ids = [int(one.partition(":")[2]) for one in targets if one.startswith(f"{kind}:")]
        for row in await connection.execute(select(key, name).where(key.in_(ids))):
            names[f"{kind}:{row[0]}"] = read_text(row[1]) or ""
    return names
