"""Rewards as admins see them."""

from collections.abc import Collection, Sequence
from html import escape
from typing import Final

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.rewards import Field, Flag
from bot.gamification.models import RewardType
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import Condition
from bot.telegram.texts import conditions as words
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.common import or_cancel
from bot.telegram.texts.common import cut, fitting, number
from bot.telegram.texts.rewards import gives

#: Characters on a reward's page, whose description may have another thousand.
_ROOM_FOR_CONDITIONS: Final = 2000
#: Characters that a phone shows of a button.
_LONGEST_BUTTON: Final = 60


def listing(rewards: Sequence[Reward]) -> str:
    """Head the list; the buttons are the rewards."""
    active = sum(reward.is_active for reward in rewards)
    return _("🏅 <b>Recompensas</b>\nActivas: {active} · retiradas: {retired}").format(
        active=active, retired=len(rewards) - active
    )


def button(reward: Reward) -> str:
    """Label the button that leads to a reward."""
    return f"{_mark(reward)} {reward.name}"


def restore(fields: Collection[str]) -> str:
    """Label the button that gives the edits of a seeded reward back."""
    parts = ", ".join(names.of(field) for field in fields)
    return cut(_("↩️ Por defecto: {parts}").format(parts=parts), _LONGEST_BUTTON)


def one(reward: Reward) -> str:
    """Show all of a reward."""
    status = _("activa") if reward.is_active else _("retirada")
    marks = [status, *(_flag(flag) for flag in (Flag.REPEATABLE, Flag.SECRET) if _on(reward, flag))]
    return "\n".join(
        [
            f"{_mark(reward)} <b>{escape(reward.name)}</b> · {', '.join(marks)}",
            *([f"<i>{escape(reward.description)}</i>"] if reward.description else []),
            "",
            _("Da: {gives}").format(gives=gives(reward)),
            hours(reward.claim_window_hours),
            conditions(reward.conditions),
        ]
    )


def hours(claim_window_hours: int) -> str:
    """Say how long it can be claimed."""
    return _("Plazo para reclamarla: {hours} h").format(hours=number(claim_window_hours))


def conditions(found: Sequence[Condition]) -> str:
    """Say when a reward unlocks: group 0 in full, and one of each further group."""
    if not found:
        return _("⚠️ No tiene condiciones: nunca se desbloquea.")
    lines = [_("Se desbloquea con:")]
    for group in words.in_groups(found):
        if len(group) > 1:
            lines.append(_("• una de estas:"))
            lines += [f"   ◦ {one}" for one in group]
        else:
            lines.append(f"• {group[0]}")
    return fitting(lines, longest=_ROOM_FOR_CONDITIONS)


def fields(kind: RewardType) -> dict[Field, str]:
    """Label the buttons that edit."""
    value = _("✏️ Importe") if kind is RewardType.BESITOS else _("✏️ Insignia")
    return {
        Field.NAME: _("✏️ Nombre"),
        Field.DESCRIPTION: _("✏️ Descripción"),
        Field.VALUE: value,
        Field.CLAIM_WINDOW: _("✏️ Plazo"),
    }


def ask(kind: RewardType, field: Field) -> str:
    """Ask for a field of a reward."""
    badge = _("¿Qué insignia da? Escribe un emoji, un espacio y su nombre.")
    question = {
        Field.NAME: _("¿Cómo se llama la recompensa?"),
        Field.DESCRIPTION: _("¿Qué descripción ven los miembros?"),
        Field.VALUE: _("¿Cuántos besitos da?") if kind is RewardType.BESITOS else badge,
        Field.CLAIM_WINDOW: _("¿Cuántas horas hay para reclamarla?"),
    }[field]
    return f"✏️ <b>{question}</b>\n{or_cancel()}"


def switch(flag: Flag, *, on: bool) -> str:
    """Label the button that switches a flag."""
    return {
        Flag.ACTIVE: _("🚫 Retirar") if on else _("♻️ Reactivar"),
        Flag.REPEATABLE: _("🔁 Solo una vez") if on else _("🔁 Hacer repetible"),
        Flag.SECRET: _("👁 Mostrar") if on else _("🤫 Hacer secreta"),
    }[flag]


def types() -> dict[RewardType, str]:
    """Name what a reward can give."""
    return {RewardType.BESITOS: _("💋 Besitos"), RewardType.BADGE: _("🎖 Insignia")}


def _mark(reward: Reward) -> str:
    if not reward.is_active:
        return "🚫"
    return "💋" if reward.type is RewardType.BESITOS else "🎖"


def _on(reward: Reward, flag: Flag) -> bool:
    return bool(getattr(reward, flag.value))


def _flag(flag: Flag) -> str:
    return _("repetible") if flag is Flag.REPEATABLE else _("secreta")
