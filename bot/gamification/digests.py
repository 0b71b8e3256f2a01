"""Digests of chats: what reactions have unlocked, collected for one message a day.

A chat's digest has what came before the evening's hour by the community's clock, and is made once a
day, by the process that notes the day first; one that was down then makes it when it is back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import as_stored
from bot.gamification.account import Account
from bot.gamification.calendar import Calendar, make_calendar, read_changes
from bot.gamification.context import EconomyContext
from bot.gamification.models import ChatRow, DigestEntryRow, UserRow
from bot.gamification.profile import News
from bot.gamification.registration import SPOKEN
from bot.gamification.stored import read_text

#: The hour by the community's clock at which a day's digest is due.
HOUR: Final = 20
#: Rewards that must be claimed within so many hours are not left to a digest.
_TOO_SHORT: Final = 48
#: Members that are looked up at once.
_SLICE: Final = 500

_entry, _chat = DigestEntryRow, ChatRow


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A member and their news since the last digest; `language` is the one to talk to them in."""

    user_id: int
    first_name: str
    language: str | None
    news: News


@dataclass(frozen=True, slots=True)
class Digest:
    """What a chat is told, in the forum topic of the latest of it."""

    chat_id: int
    thread_id: int | None
    lines: tuple[DigestLine, ...]


async def collect(
    economy: EconomyContext, account: Account, chat_id: int, thread_id: int | None, news: News
) -> News:
    """Keep news for the chat's digest, and return what is to be told the member at once.

    That is a streak that was lost, which is nobody else's, and rewards whose time is short.
    """
    waiting = [one for one in news.unlocked if one.claim_window_hours >= _TOO_SHORT]
    said: list[dict[str, Any]] = [{"reward_id": one.id, "level": None} for one in waiting]
    if news.level:
        said.append({"reward_id": None, "level": news.level})
    about = {"chat_id": chat_id, "user_id": account.user_id, "thread_id": thread_id}
    if said:
        rows = [{**about, **one, "created_at": economy.now} for one in said]
        await economy.connection.execute(plain_insert(_entry).values(rows))
    urgent = tuple(one for one in news.unlocked if one not in waiting)
    return replace(news, unlocked=urgent, level=None)


async def read_due(connection: AsyncConnection, now: datetime) -> Sequence[int]:
    """Return the chats whose digest is due, by a look that locks nothing."""
    at, day = _last_time(make_calendar(await read_changes(connection, now)), now)
    collected = select(_entry.chat_id).where(_entry.created_at < at)
    due = select(_chat.chat_id).where(_chat.chat_id.in_(collected), _not_yet(day))
    return (await connection.scalars(due.order_by(_chat.chat_id))).all()


async def take_digest(economy: EconomyContext, chat_id: int) -> Digest | None:
    """Return the chat's digest, which is nobody else's to send; None when another has had it."""
    at, day = _last_time(economy.calendar, economy.now)
    connection = economy.connection
    noted = update(_chat).where(_chat.chat_id == chat_id, _not_yet(day)).values(digested_on=day)
    if (await connection.execute(noted)).rowcount == 0:
        return None
    taken = delete(_entry).where(_entry.chat_id == chat_id, _entry.created_at < at)
    said = _entry.id, _entry.user_id, _entry.reward_id, _entry.level, _entry.thread_id
    entries = sorted((await connection.execute(taken.returning(*said))).all())
    topics = [entry.thread_id for entry in entries if entry.thread_id is not None]
    lines = await _lines(economy, entries)
    return Digest(chat_id, topics[-1] if topics else None, lines) if lines else None


def _last_time(calendar: Calendar, now: datetime) -> tuple[datetime, date]:
    """Return when a digest was due last, and the day of that."""
    local = calendar.local(now)
    day = local.date() - timedelta(days=local.hour < HOUR)
    return datetime.combine(day, time(HOUR), tzinfo=local.tzinfo).astimezone(UTC), day


def _not_yet(day: date) -> ColumnElement[bool]:
    return or_(_chat.digested_on.is_(None), _chat.digested_on < day)


async def _lines(economy: EconomyContext, entries: Iterable[Any]) -> tuple[DigestLine, ...]:
    """Gather what is said of each member, in the order in which they come up."""
    news: dict[int, News] = {}
    for entry in entries:
        known = news.get(entry.user_id, News())
        unlocked = list(known.unlocked)
        if reward := economy.catalogue.get(entry.reward_id):
            unlocked.append(reward)
        level = max(known.level or 0, entry.level or 0) or None
        news[entry.user_id] = News(tuple(unlocked), level)
    names = await _names(economy.connection, list(news))
    return tuple(
        DigestLine(user_id, *names[user_id], one)
        for user_id, one in news.items()
        if one and user_id in names
    )


async def _names(
    connection: AsyncConnection, user_ids: Sequence[int]
) -> dict[int, tuple[str, str | None]]:
    """Return first name and language of members."""
    wanted = select(
        UserRow.user_id,
        as_stored(UserRow.first_name).label("first_name"),
        as_stored(SPOKEN).label("language"),
    )
    found: dict[int, tuple[str, str | None]] = {}
    for start in range(0, len(user_ids), _SLICE):
        some = wanted.where(UserRow.user_id.in_(user_ids[start : start + _SLICE]))
        found |= {
            row.user_id: (read_text(row.first_name) or "", read_text(row.language))
            for row in await connection.execute(some)
        }
    return found
