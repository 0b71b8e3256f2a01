"""Rewards as admins see them, and the creation of one, question by question."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.conditions import MOST_COUNTED
from bot.gamification.admin.rewards import ALL_OF, Field, Flag
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.rewards.conditions import Condition
from bot.gamification.types import ConditionType, RewardType
from bot.telegram.i18n import shipped_text
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.common import or_cancel
from bot.telegram.texts.conditions import condition_groups, condition_text, condition_types
from bot.telegram.texts.formatting import besitos, cut, fitting, isolated, number
from bot.telegram.texts.rewards import (
    gives,
    reward_label,
    reward_name,
    value_text,
)
from bot.telegram.texts.times import duration

#: Characters on a reward's page, whose description may have another thousand.
_ROOM_FOR_CONDITIONS: Final = 2000
#: Characters that a phone shows of a button.
_LONGEST_BUTTON: Final = 60


def listing(rewards: Sequence[Reward]) -> str:
    """Head the list; the buttons are the rewards."""
    active = sum(reward.is_active for reward in rewards)
    return _("🏅 <b>Recompensas</b>\nActivas: {active} · retiradas: {retired}").format(
        active=number(active), retired=number(len(rewards) - active)
    )


def button(reward: Reward) -> str:
    """Label the button that leads to a reward."""
    return f"{_mark(reward)} {reward_label(reward.name)}"


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
            f"{_mark(reward)} <b>{reward_name(reward.name)}</b> · {', '.join(marks)}",
            *_described(reward.description),
            "",
            _("Da: {gives}").format(gives=gives(reward)),
            hours(reward.claim_window_hours),
            conditions(reward.conditions),
        ]
    )


def _described(description: str | None) -> list[str]:
    return [f"<i>{isolated(shipped_text(description))}</i>"] if description else []


def hours(claim_window_hours: int) -> str:
    """Say how long it can be claimed."""
    return _("Plazo para reclamarla: {duration}").format(duration=duration(claim_window_hours))


def conditions(found: Sequence[Condition]) -> str:
    """Say when a reward unlocks: group 0 in full, and one of each further group."""
    if not found:
        return _("⚠️ No tiene condiciones: nunca se desbloquea.")
    lines = [_("Se desbloquea con:")]
    for group in condition_groups(found):
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


def edit_conditions() -> str:
    return _("✏️ Condiciones")


def retype(kind: RewardType) -> str:
    """Label the button that makes a draft give the other thing."""
    return _("✏️ Que dé una insignia") if kind is RewardType.BESITOS else _("✏️ Que dé besitos")


def remove(position: int) -> str:
    """Label the button that takes a condition away."""
    return _("🗑 Quitar {position}").format(position=position)


def regroup(position: int) -> str:
    """Label the button that puts a condition into the next group."""
    return _("🔀 Agrupar {position}").format(position=position)


def condition_editor(draft: Mapping[str, Any], fulfilling: int) -> str:
    """Show each condition with its number and its group, and how many members fulfil them."""
    found = _drafted(draft)
    lines = [
        _("🔓 <b>Condiciones</b> de {name}").format(name=reward_name(draft["name"])),
        "",
        *(_numbered(at, one) for at, one in enumerate(found, start=1)),
        *([_fulfilled(fulfilling)] if found else [_("⚠️ Hace falta al menos una condición.")]),
    ]
    return fitting(lines)


def _numbered(position: int, condition: Condition) -> str:
    group = (
        _("imprescindible")
        if condition.group == ALL_OF
        else _("basta una del grupo {group}").format(group=condition.group)
    )
    return f"{position}. {condition_text(condition)} · <i>{group}</i>"


def _fulfilled(count: int) -> str:
    if not count:
        return _("👥 Nadie cumple esto todavía.")
    shown = number(count) if count < MOST_COUNTED else f"&gt; {number(count)}"
    return _(
        "👥 Ya lo cumplen: <b>{count}</b>. Quien no la tenga la desbloquea con lo próximo que haga."
    ).format(count=shown)


def _drafted(draft: Mapping[str, Any]) -> list[Condition]:
    return [
        Condition(
            ConditionType(one["condition_type"]), one["condition_value"], one["condition_group"]
        )
        for one in draft["conditions"]
    ]


def begin_button() -> str:
    return _("➕ Nueva recompensa")


def ask_type() -> str:
    """Ask what the reward gives."""
    return _("➕ <b>Nueva recompensa</b>\n¿Qué da?")


def no_description() -> str:
    """Label the button that leaves the description out."""
    return _("Sin descripción")


def ask_condition() -> str:
    """Ask what a condition is about."""
    return _("🔓 <b>¿Con qué se desbloquea?</b>")


def ask_condition_value(kind: ConditionType) -> str:
    """Ask how much a condition takes."""
    question = _("🔓 <b>{condition}</b>: ¿a partir de cuánto?").format(
        condition=condition_types()[kind]
    )
    return f"{question}\n{or_cancel()}"


def draft_summary(draft: Mapping[str, Any], fulfilling: int) -> str:
    """Show the draft before it is created, and how many members fulfil its conditions."""
    marks = [
        *([_("repetible")] if draft.get("is_repeatable") else []),
        *([_("secreta")] if draft.get("is_secret") else []),
    ]
    return "\n".join(
        [
            _("➕ <b>Nueva recompensa</b>"),
            "",
            f"<b>{reward_name(draft['name'])}</b>" + (f" · {', '.join(marks)}" if marks else ""),
            *_described(draft["description"]),
            _("Da: {gives}").format(
                gives=value_text(RewardType(draft["reward_type"]), draft["reward_value"])
            ),
            hours(draft["claim_window_hours"]),
            conditions(_drafted(draft)),
            "",
            _fulfilled(fulfilling),
        ]
    )


def add_condition() -> str:
    """Label the button that adds a condition."""
    return _("➕ Otra condición")


def combine_button(*, any_of: bool) -> str:
    """Label the button that changes how conditions combine."""
    return _("🔀 Basta con una") if any_of else _("🔀 Hacen falta todas")


def create() -> str:
    return _("✅ Crear")


def create_all_the_same() -> str:
    return _("⚠️ Sí, crear")


def really(name: str, amount: int, times: int) -> str:
    """Ask once more before a reward gives an amount far outside the usual."""
    return _("⚠️ <b>¿Seguro?</b> {name} daría {amount}: {times} veces lo habitual.").format(
        name=reward_name(name), amount=besitos(amount), times=number(times)
    )


def created() -> str:
    return _("Creada. Se desbloquea con lo próximo que haga quien ya cumpla.")


def _mark(reward: Reward) -> str:
    if not reward.is_active:
        return "🚫"
    return "💋" if reward.type is RewardType.BESITOS else "🎖"


def _on(reward: Reward, flag: Flag) -> bool:
    return bool(getattr(reward, flag.value))


def _flag(flag: Flag) -> str:
    return _("repetible") if flag is Flag.REPEATABLE else _("secreta")
