"""The economy's settings and the preview of a level formula."""

from collections.abc import Sequence
from html import escape
from typing import Final

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.effects import SettingEffect
from bot.gamification.admin.settings import LEVEL_FORMULA, TIMEZONE, Setting, SettingChange
from bot.gamification.config import ConfigDefinition
from bot.gamification.levels import PreviewRow
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.common import or_cancel
from bot.telegram.texts.formatting import besitos, cut, number, table
from bot.telegram.texts.times import there

#: Characters of a formula that a button shows.
_LONGEST_BUTTON: Final = 30


def listing(settings: Sequence[Setting]) -> str:
    """List all settings."""
    return "\n".join([_("⚙️ <b>Ajustes</b>"), "", *map(_line, settings)])


def one(setting: Setting) -> str:
    """Show one setting: what it does, its value and its default."""
    return "\n".join(
        [
            f"⚙️ <b>{names.of(setting.name)}</b>",
            f"<i>{_effect(setting.name)}</i>",
            "",
            _("Ahora: {value}").format(value=_value(setting.value)),
            *([there(str(setting.value))] if setting.name == TIMEZONE else []),
            _("Por defecto: {value}").format(value=_value(setting.default)),
        ]
    )


def _effect(name: str) -> str:
    return _(ConfigDefinition.model_fields[name].description or "")


def ask(setting: Setting) -> str:
    """Ask for a new value."""
    lines = [
        _("✏️ <b>{name}</b>: ¿cuál es el nuevo valor?").format(name=names.of(setting.name)),
        _("Ahora: {value}").format(value=_value(setting.value)),
        or_cancel(),
    ]
    if setting.name == LEVEL_FORMULA:
        syntax = _("Puedes usar {syntax}.").format(
            syntax="<code>total_earned + - * / // % ( ) floor ceil sqrt log min max</code>"
        )
        lines.insert(2, syntax)
    if setting.name == TIMEZONE:
        lines.insert(2, _("Elige una, o escribe otra ciudad, como Lima o Europe/Paris."))
    return "\n".join(lines)


def preview(formula: str, rows: Sequence[PreviewRow]) -> str:
    """Show which level each total gives, now and then."""
    head = [_("ganados"), _("ahora"), _("nuevo")]
    cells = [[number(row.total_earned), number(row.before), number(row.after)] for row in rows]
    return "\n".join(
        [
            _("🔎 <b>Niveles con la nueva fórmula</b>"),
            f"<code>{escape(formula)}</code>",
            table(head, cells),
            _("¿La guardo? El nivel de todos los miembros se calcula de nuevo."),
        ]
    )


def effect(effect: SettingEffect) -> str:
    """Show what a number does, and warn where it is far outside the usual."""
    earned = _("Lo más que un miembro puede ganar al día: {before} → <b>{after}</b>.")
    lines = [
        f"🔎 <b>{names.of(effect.name)}: {number(effect.present)} → {number(effect.value)}</b>",
        f"<i>{_effect(effect.name)}</i>",
        "",
        earned.format(before=number(effect.before), after=besitos(effect.after)),
    ]
    if effect.times is not None and effect.value != effect.present:
        lines.append(_("⚠️ Es {times} veces lo habitual.").format(times=number(effect.times)))
    return "\n".join([*lines, _("¿Lo guardo? También puedes escribir otro valor.")])


def really(effect: SettingEffect) -> str:
    """Ask once more before a number far outside the usual is saved."""
    question = _("⚠️ <b>¿Seguro?</b> {name}: {value} es {times} veces lo habitual.").format(
        name=names.of(effect.name), value=number(effect.value), times=number(effect.times or 1)
    )
    earned = _("Un miembro podría ganar hasta <b>{after}</b> al día.")
    return f"{question}\n{earned.format(after=besitos(effect.after))}"


def preview_timezone(name: str) -> str:
    """Show what the clock says in a zone, and what will go by it."""
    return "\n".join(
        [
            _("🔎 <b>Zona horaria {name}</b>").format(name=escape(name)),
            there(name),
            "",
            _(
                "¿La guardo? Los días del regalo, de las rachas y del límite de reacciones serán "
                "los de allí. El cambio no paga ningún día dos veces ni rompe ninguna racha."
            ),
        ]
    )


def saved(change: SettingChange) -> str:
    """Say that a setting is in effect."""
    if change.name == LEVEL_FORMULA:
        if change.releveled is None:
            return _("Guardado. Los niveles se calculan de nuevo; te aviso cuando estén todos.")
        return _("Guardado. Cambian de nivel: {count}").format(count=number(change.releveled))
    before = "–" if change.before is None else _value(change.before)
    return _("Guardado: {before} → {after}").format(before=before, after=_value(change.after))


def releveled(changed: int) -> str:
    """Say that all levels follow the new formula."""
    return _("✅ Todos los niveles siguen ya la fórmula nueva. Cambian de nivel: {count}").format(
        count=number(changed)
    )


def reset(setting: Setting) -> str:
    """Label the button that takes a setting back to its default."""
    default = setting.default
    shown = number(default) if isinstance(default, int) else cut(default, _LONGEST_BUTTON)
    return _("↩️ Valor por defecto ({value})").format(value=shown)


def _line(setting: Setting) -> str:
    line = f"{'✏️' if setting.edited else '▫️'} {names.of(setting.name)}: {_value(setting.value)}"
    if not setting.edited:
        return line
    return f"{line} " + _("(por defecto {value})").format(value=_value(setting.default))


def _value(value: int | str) -> str:
    return f"<b>{number(value)}</b>" if isinstance(value, int) else f"<code>{escape(value)}</code>"
