"""The audit trail."""

from html import escape
from typing import Any

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.audit import Action, AuditPage, AuditRow
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin.values import worded
from bot.telegram.texts.common import cut

_LONGEST_CHANGE = 280


def page(found: AuditPage) -> str:
    """Show one page, newest first."""
    head = _("📜 <b>Auditoría</b> (UTC)")
    if not found.rows:
        return f"{head}\n\n" + _("Todavía no hay cambios.")
    return "\n\n".join([head, *map(_row, found.rows)])


def _row(row: AuditRow) -> str:
    who = escape(row.admin_name or str(row.admin_id))
    action = _actions().get(row.action, escape(row.action))
    target = row.target_name or names.of(row.target.partition(":")[2])
    return (
        f"<code>{row.created_at:%d-%m %H:%M}</code> <b>{who}</b> · {action} "
        f"<b>{escape(target)}</b>\n{_change(row.target, row.before, row.after)}"
    )


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
        Action.GRANT: _("dio besitos a"),
        Action.TAKE: _("quitó besitos a"),
    }
