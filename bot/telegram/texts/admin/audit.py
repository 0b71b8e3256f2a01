"""Page of the audit trail, and what is asked and said when a line of it is undone."""

from html import escape
from typing import Any

from aiogram.utils.i18n import gettext as _

from bot.gamification.admin.audit import Action, AuditPage, AuditRow
from bot.telegram.texts.admin import names
from bot.telegram.texts.formatting import isolated, number, person, tidy, titled
from bot.telegram.texts.rewards import reward_name
from bot.telegram.texts.times import stamp

_LONGEST_CHANGE = 280


def audit_trail(found: AuditPage) -> str:
    """Show one page, newest first."""
    head = _("📜 <b>Auditoría</b>")
    if not found.rows:
        return f"{head}\n\n" + _("Todavía no hay cambios.")
    return "\n\n".join([head, *map(_audit_line, found.rows)])


def _audit_line(row: AuditRow) -> str:
    who = _person(str(row.admin_id), row.admin_name)
    action = _audit_actions().get(row.action, escape(row.action))
    when = f"<code>{stamp(row.created_at)}</code>"
    if row.undoes is not None:
        action = _("deshizo el cambio {number} en").format(number=number(row.undoes))
    change = _change(row.target, row.before, row.after)
    undone = "\n" + _("↩️ <i>deshecho</i>") if row.is_undone else ""
    return f"<b>{number(row.id)}</b> · {when} {who} · {action} {_target(row)}\n{change}{undone}"


def undo_button(row: AuditRow) -> str:
    """Label the button that undoes a line."""
    return f"↩️ {number(row.id)}"


def undo_it() -> str:
    return _("↩️ Deshacer")


def confirm_undo(row: AuditRow) -> str:
    """Show what would be undone."""
    questions: dict[str, str] = {
        Action.GRANT: _(
            "Se retiran esos besitos del saldo y del total ganado, y el nivel vuelve a ser el de "
            "antes. Lo que el miembro ya haya reclamado se queda."
        ),
        Action.TAKE: _("Se devuelven esos besitos, como si no se hubieran quitado."),
        Action.CREATE_REWARD: _("La recompensa se retira; quien la tiene la conserva."),
    }
    question = questions.get(row.action, _("Vuelve a estar como antes de este cambio."))
    return "\n\n".join([_("↩️ <b>¿Deshacer este cambio?</b>"), _audit_line(row), question])


def undone(row: AuditRow) -> str:
    """Say that a line was undone."""
    return "\n\n".join([_("✅ Deshecho."), _audit_line(row)])


def _target(row: AuditRow) -> str:
    kind, _colon, which = row.target.partition(":")
    if kind == "member":
        return _person(which, row.target_name)
    if kind == "reward" and row.target_name:
        return f"<b>{reward_name(row.target_name)}</b>"
    return f"<b>{titled(row.target_name or names.of(which))}</b>"


def _person(user_id: str, name: str | None) -> str:
    """Write the id before the name: people choose their name, and may choose another's."""
    if user_id.startswith("-"):
        return _("<i>alguien que pidió ser olvidado</i>")
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
    return isolated(tidy(text, _LONGEST_CHANGE))


def _step(part: str, before: Any, after: Any) -> str:
    said = names.worded(part, after)
    return said if before is None else f"{names.worded(part, before)} → {said}"


def _audit_actions() -> dict[str, str]:
    return {
        Action.CHANGE_SETTING: _("cambió el ajuste"),
        Action.CREATE_REWARD: _("creó la recompensa"),
        Action.EDIT_REWARD: _("editó la recompensa"),
        Action.RESTORE_REWARD: _("devolvió a sus valores por defecto la recompensa"),
        Action.GRANT: _("dio besitos a"),
        Action.TAKE: _("quitó besitos a"),
        Action.CHANGE_CHAT: _("cambió el chat"),
        Action.UNDO: _("deshizo un cambio en"),
    }
