"""Accounts of members as admins see them, and besitos granted or taken."""

from html import escape

from aiogram.utils.i18n import gettext as _

from bot.gamification.account import User
from bot.gamification.admin.accounts import AccountDetails, Adjustment
from bot.gamification.admin.member_search import MOST_FOUND, MemberLine, MemberPage
from bot.gamification.leaderboard import Rank
from bot.telegram.texts.admin.common import or_cancel
from bot.telegram.texts.formatting import (
    besitos,
    number,
    person,
    set_apart,
    shown_name,
    shown_reason,
    signed_besitos,
    titled,
)
from bot.telegram.texts.profile import history, streaks
from bot.telegram.texts.rewards import level_reached


def ask(active: MemberPage) -> str:
    """Ask for a member; the buttons are those who were active last."""
    question = _(
        "👥 <b>¿Qué miembro?</b>\nEscribe su nombre o cómo empieza, su <code>@nombre</code> o "
        "su id, o reenvíame un mensaje suyo. Con /cancel lo dejas."
    )
    lately = _("🕘 Activos últimamente:")
    return f"{question}\n\n{lately}" if active.rows else question


def found(count: int) -> str:
    """Say that several may be meant; the buttons are they."""
    if count >= MOST_FOUND:
        return _("👥 Hay muchos así. Elige, o escribe más letras del nombre.")
    return _("👥 Hay {count} así. ¿Cuál?").format(count=number(count))


def button(member: MemberLine) -> str:
    """Label the button that leads to a member."""
    name = set_apart(shown_name(member.first_name))
    return f"{name} · {f'@{member.username}' if member.username else member.user_id}"


def really(account: AccountDetails, amount: int, times: int) -> str:
    """Ask once more before an amount far outside the usual is booked."""
    question = _("⚠️ <b>¿Seguro?</b> {amount} son {times} veces lo habitual.").format(
        amount=signed_besitos(amount), times=number(times)
    )
    return f"{_name(account.member)}\n{question}"


def hidden() -> str:
    """Say that a forwarded message does not tell who wrote it."""
    return _("Ese mensaje no dice quién lo escribió. Escribe su id o su <code>@nombre</code>.")


def _place(found: Rank) -> str:
    if found.has_left:
        return "–"
    return number(found.rank) if found.rank else f"&gt; {number(found.limit)}"


def account(account: AccountDetails) -> str:
    """Show a member's profile and ledger."""
    member, profile = account.member, account.profile
    lines = [
        f"👤 {_name(member)}",
        _("id <code>{user_id}</code> · idioma {language}").format(
            user_id=member.user_id, language=titled(member.language_code or "–")
        ),
        "",
        _("💋 Saldo: <b>{balance}</b>").format(balance=besitos(profile.balance)),
        _("Ganados en total: {total} · nivel {level} · puesto {rank}").format(
            total=number(profile.total_earned),
            level=number(profile.level),
            rank=_place(account.rank),
        ),
        streaks(profile),
        "",
        history(account.history) if account.history.rows else _("Todavía no tiene movimientos."),
    ]
    return "\n".join(lines)


def grant_button() -> str:
    return _("➕ Dar besitos")


def take_button() -> str:
    return _("➖ Quitar besitos")


def ask_amount(account: AccountDetails, *, grant: bool) -> str:
    """Ask how many besitos."""
    question = _("¿Cuántos besitos le das?") if grant else _("¿Cuántos besitos le quitas?")
    balance = _("💋 Saldo: <b>{balance}</b>").format(balance=besitos(account.profile.balance))
    return f"{_name(account.member)}\n{balance}\n\n<b>{question}</b>\n{or_cancel()}"


def ask_reason() -> str:
    """Ask for the reason, which the member sees."""
    question = _("¿Por qué? El miembro verá el motivo en sus movimientos.")
    return f"<b>{question}</b>\n{or_cancel()}"


def confirm(account: AccountDetails, amount: int, reason: str) -> str:
    """Show what is about to be booked."""
    balance = account.profile.balance
    return "\n".join(
        [
            _name(account.member),
            f"<b>{signed_besitos(amount)}</b> · <i>{shown_reason(reason)}</i>",
            _("💋 Saldo: {before} → <b>{after}</b>").format(
                before=number(balance), after=number(balance + amount)
            ),
        ]
    )


def booked(adjustment: Adjustment) -> str:
    """Say what was booked."""
    if not adjustment.booked:
        return _("Esto ya estaba anotado; no se anota dos veces.")
    return _("Anotado: {amount}").format(amount=signed_besitos(adjustment.booked))


def told(amount: int, reason: str, level: int | None = None) -> str:
    """Tell the member what an admin did, and which level that reached."""
    text = (
        _("💋 Un admin te ha dado <b>{amount}</b>: {reason}")
        if amount > 0
        else _("💋 Un admin te ha quitado <b>{amount}</b>: {reason}")
    )
    said = text.format(amount=besitos(abs(amount)), reason=shown_reason(reason))
    return f"{said}\n{level_reached(level)}" if level else said


def told_of_undo(amount: int) -> str:
    """Tell the member what an admin took back."""
    text = (
        _("💋 Un admin ha corregido un error y te devuelve <b>{amount}</b>.")
        if amount > 0
        else _("💋 Un admin ha corregido un error y te retira <b>{amount}</b>.")
    )
    return text.format(amount=besitos(abs(amount)))


def _name(member: User) -> str:
    username = f" (@{escape(member.username)})" if member.username else ""
    return f"<b>{person(member.first_name)}</b>{username}"
