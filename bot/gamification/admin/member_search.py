"""Members by id, username or name, and those who were active last: each a walk along an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.database.constructs import as_stored, raw
from bot.database.pagination import Page, read_keyset_page
from bot.gamification.admin.accounts import MemberNotFound
from bot.gamification.models import LedgerEntryRow, MemberNameRow, UserRow
from bot.gamification.registration import MOST_WORDS, folded
from bot.gamification.stored import read_text
from bot.gamification.types import BY_ADMINS

PAGE: Final = 8
#: Search terms that are looked at; whoever wants more writes more of the name.
MOST_FOUND: Final = 80
_LONGEST_ID: Final = 18
#: Ledger lines that one page of those who were active looks at.
_LINES: Final = 2_000
#: What stands behind all that begins alike.
_LAST: Final = "\U0010ffff"

_names = MemberNameRow


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member in a list."""

    user_id: int
    first_name: str
    username: str | None


MemberPage: TypeAlias = Page[MemberLine]


async def find_members(connection: AsyncConnection, text: str) -> tuple[int, ...]:
    """Return the ids of whom `text` may mean: an id, a @username or how a part of a name begins.

    At most `MOST_FOUND`, in the order of their names. Raises `MemberNotFound`.
    """
    wanted = text.strip()
    found: list[int] = []
    if wanted.isascii() and wanted.isdecimal() and len(wanted) <= _LONGEST_ID:
        known = select(UserRow.user_id).where(UserRow.user_id == int(wanted))
        found += await connection.scalars(known)
    username = f"@{wanted.removeprefix('@').casefold()}"
    if not found and wanted.startswith("@"):
        exactly = select(_names.user_id).where(_names.term == username).limit(MOST_FOUND)
        found += await connection.scalars(exactly)
    if not found and not wanted.startswith("@"):
        found += await _named(connection, folded(wanted))
    if not found:
        found += await _beginning_with(connection, username)
    if not found:
        raise MemberNotFound("There is no such member; they must have used the bot once.")
    return tuple(dict.fromkeys(found))


async def read_members(connection: AsyncConnection, user_ids: Sequence[int]) -> list[MemberLine]:
    """Return members in the order of their ids as given; who is gone is left out."""
    statement = select(
        UserRow.user_id,
        as_stored(UserRow.first_name).label("first_name"),
        as_stored(UserRow.username).label("username"),
    ).where(UserRow.user_id.in_(user_ids))
    known = {
        row.user_id: MemberLine(
            row.user_id, read_text(row.first_name) or "", read_text(row.username)
        )
        for row in await connection.execute(statement)
    }
    return [known[user_id] for user_id in user_ids if user_id in known]


async def read_active(connection: AsyncConnection, older_than: int | None = None) -> MemberPage:
    """Return who earned or spent last, or did before ledger line `older_than`.

    So many lines are looked at, whoever they are of; the next page goes on behind them.
    """
    line, newer = LedgerEntryRow, aliased(LedgerEntryRow)
    lines = select(line.id, line.user_id, raw(line.type).label("type")).order_by(line.id.desc())
    if older_than is not None:
        lines = lines.where(line.id < older_than)
    window = lines.limit(_LINES).subquery()
    newest = (
        select(func.max(newer.id))
        .where(newer.user_id == window.c.user_id, raw(newer.type).not_in(BY_ADMINS))
        .scalar_subquery()
    )
    statement = select(window.c.id, window.c.user_id).where(
        window.c.type.not_in(BY_ADMINS),
        window.c.id == newest,
        window.c.user_id > 0,  # below zero is who was forgotten
    )
    page = await read_keyset_page(connection, statement, window.c.id, PAGE)
    next_page = page.older_than
    if next_page is None:
        end = select(func.count(), func.min(window.c.id)).select_from(window)
        seen, oldest = (await connection.execute(end)).one()
        next_page = oldest if seen == _LINES else None
    members = await read_members(connection, [row.user_id for row in page.rows])
    return Page(tuple(members), next_page)


async def _named(connection: AsyncConnection, name: str) -> Sequence[int]:
    """Return who is called so, or so without the last words: a surname is not stored."""
    words = name.split(" ")[:MOST_WORDS]
    for count in range(len(words), 0, -1):
        if found := await _beginning_with(connection, " ".join(words[:count])):
            return found
    return []


async def _beginning_with(connection: AsyncConnection, start: str) -> Sequence[int]:
    if not start.removeprefix("@"):
        return []
    term = _names.term
    found = select(_names.user_id).where(term >= start, term < start + _LAST)
    return (await connection.scalars(found.order_by(term, _names.user_id).limit(MOST_FOUND))).all()
