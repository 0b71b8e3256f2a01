"""The profile, the leaderboard and the ledger."""

from collections.abc import Sequence
from html import escape
from typing import Final

from aiogram.utils.i18n import gettext as _

from bot.gamification.leaderboard import LeaderboardPage, Rank
from bot.gamification.ledger import LedgerPage, PostedEntry
from bot.gamification.profile import AccountView
from bot.gamification.types import TransactionType
from bot.telegram.i18n import shipped_text
from bot.telegram.texts.formatting import (
    bar,
    besitos,
    fitting,
    number,
    person,
    shown_reason,
    signed,
)
from bot.telegram.texts.rewards import emoji, reward_name
from bot.telegram.texts.times import days, stamp

#: Characters in a profile; there may be any number of badges.
_ROOM_FOR_BADGES: Final = 2000
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


def profile(first_name: str, profile: AccountView, standing: Rank) -> str:
    """Show balance, level, the way to the next one, streaks, badges and rank."""
    lines = [
        f"👤 <b>{person(first_name)}</b>",
        _("💋 Saldo: <b>{balance}</b>").format(balance=besitos(profile.balance)),
        _("⭐ Nivel <b>{level}</b>").format(level=number(profile.level)),
        _way_to_next_level(profile),
        streaks(profile),
        *_records(profile),
        rank(standing),
    ]
    if profile.badges:
        lines.append(_("🎖 Insignias: {badges}").format(badges=_badges(profile.badges)))
    return "\n".join(lines)


def streaks(profile: AccountView) -> str:
    """Say how many days in a row it has been."""
    return _("🔥 Racha del regalo: {gift} · de reacciones: {reactions}").format(
        gift=days(profile.gift_streak), reactions=days(profile.reaction_streak)
    )


def rank(standing: Rank) -> str:
    """Say where a member stands."""
    if standing.has_left:
        return _("🏆 Fuera de la clasificación: ya no estás en ningún chat")
    if standing.rank is None:
        return _("🏆 Más allá del puesto {limit}").format(limit=number(standing.limit))
    return _("🏆 Eres el n.º {rank}").format(rank=number(standing.rank))


def leaderboard(page: LeaderboardPage, standing: Rank) -> str:
    """Show one page of the best, and where the member stands."""
    lines = [_("🏆 <b>Clasificación</b>"), ""]
    lines += [
        _("{place} <b>{name}</b> – {total}, nivel {level}").format(
            place=MEDALS.get(row.rank, f"{number(row.rank)}."),
            name=person(row.first_name),
            total=besitos(row.total_earned),
            level=number(row.level),
        )
        for row in page.rows
    ]
    return "\n".join([*lines, "", rank(standing)])


def history(page: LedgerPage) -> str:
    """Show one page of a member's ledger, newest first."""
    if not page.rows:
        return _("Todavía no tienes movimientos. Reacciona a un mensaje o pide tu /daily.")
    return "\n".join([_("🧾 <b>Movimientos</b>"), "", *map(_line, page.rows)])


def _line(row: PostedEntry) -> str:
    why = f" · {shown_reason(shipped_text(row.reason))}" if row.reason else ""
    return f"<code>{stamp(row.created_at)}</code> {signed(row.amount)} {escape(_kind(row))}{why}"


def _way_to_next_level(profile: AccountView) -> str:
    if profile.next_level_at is None:
        return _("Has llegado al nivel más alto.")
    # Both from where the level begins, as the bar: 107/400 beside an empty bar reads like a fault.
    done = profile.total_earned - profile.level_since
    need = profile.next_level_at - profile.level_since
    return f"{bar(profile.progress)} {number(done)}/{number(need)}"


def _records(profile: AccountView) -> list[str]:
    """Return a line where a streak has been longer than it is."""
    streaks = (profile.gift_streak, profile.reaction_streak)
    if (profile.gift_record, profile.reaction_record) == streaks:
        return []
    return [
        _("🏅 Récord del regalo: {gift} · de reacciones: {reactions}").format(
            gift=days(profile.gift_record), reactions=days(profile.reaction_record)
        )
    ]


def _badges(badges: Sequence[tuple[str, str]]) -> str:
    shown = [f"{emoji(mark)} {reward_name(name)}" for mark, name in badges]
    return fitting(shown, between=", ", longest=_ROOM_FOR_BADGES)


def _kind(row: PostedEntry) -> str:
    if row.type is TransactionType.ADMIN_GRANT and row.amount < 0:
        return _("abono anulado por un admin")
    if row.type is TransactionType.ADMIN_TAKE and row.amount > 0:
        return _("cargo anulado por un admin")
    return {
        TransactionType.REACTION: _("reacción"),
        TransactionType.ACTIVITY_BONUS: _("bono de actividad"),
        TransactionType.DAILY_GIFT: _("regalo diario"),
        TransactionType.REWARD: _("recompensa"),
        TransactionType.ADMIN_GRANT: _("abono de un admin"),
        TransactionType.ADMIN_TAKE: _("cargo de un admin"),
    }[row.type]
