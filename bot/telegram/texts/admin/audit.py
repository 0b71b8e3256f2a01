"""The audit trail."""

from html import escape
from typing import Any

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.audit import Action, AuditPage, AuditRow
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.values import worded
from bot.telegram.texts.common import cut, person

_LONGEST_CHANGE = 280


def page(found: AuditPage) -> str:
    """Show one page, newest first."""
    head = _("📜 <b>Auditoría</b> (UTC)")
    if not found.rows:
        return f"{head}\n\n" + _("Todavía no hay cambios.")
    return "\n\n".join([head, *map(_row, found.rows)])


def _row(row: AuditRow) -> str:
    who = _person(str(row.admin_id), row.admin_name)
    action = _actions().get(row.action, escape(row.action))
    when = f"<code>{row.created_at:%d-%m %H:%M}</code>" if row.created_at else "–"
    return f"{when} {who} · {action} {_target(row)}\n{_change(row.target, row.before, row.after)}"


def _target(row: AuditRow) -> str:
    kind, _colon, which = row.target.partition(":")
    if kind == "member":
        return _person(which, row.target_name)
    return f"<b>{escape(row.target_name or names.of(which))}</b>"


def _person(user_id: str, name: str | None) -> str:
    """Write the id before the name: people choose their name, and may choose another's."""
    shown = f"<code>{escape(user_id)}</code>"
    return f"{shown} <b>{person(name)}</b>" if name else shown


def _change(target: str, before: Any, after: Any) -> str:
    if isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        parts = [
            f"{names.of(name)}: {_step(name, old.get(name), value)}"
            for name, value in after.items()
        ]
        text = ", ".join(parts)
    else:
        text = _step(target.partition(":")[2], before, after)
    return escape(cut(text, _LONGEST_CHANGE))


def _step(part: str, before: Any, after: Any) -> str:
    said = worded(part, after)
    return said if before is None else f"{worded(part, before)} → {said}"


def _actions() -> dict[str, str]:
    return {
        Action.CHANGE_SETTING: _("cambió el ajuste"),
        Action.CREATE_REWARD: _("creó la recompensa"),
        Action.EDIT_REWARD: _("editó la recompensa"),
        Action.RESTORE_REWARD: _("devolvió a sus valores por defecto la recompensa"),
        Action.GRANT: _("dio besitos a"),
        Action.TAKE: _("quitó besitos a"),
    }
