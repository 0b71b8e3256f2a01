"""The panel itself, what all its pages share, and refusals."""

from html import escape

from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n import ngettext

from bot.errors import BesitosError
from bot.gamification.admin.accounts import MemberNotFound
from bot.gamification.admin.chats import ChatNotFound
from bot.gamification.admin.rewards import NameTaken, RewardNotFound
from bot.gamification.admin.settings import UnknownSetting
from bot.gamification.admin.undo import AlreadySpent, AlreadyUndone, ChangedSince, NotUndoable
from bot.gamification.admin.validation import NOT_A_BADGE, NOT_A_NUMBER, InvalidValue
from bot.gamification.ledger import InsufficientBesitos
from bot.gamification.level_formula import FormulaError, FormulaProblem
from bot.gamification.zones import UnknownTimezone
from bot.telegram.texts.formatting import LONGEST_ALERT, besitos, cut, number


def commands() -> dict[str, str]:
    return {"admin": _("Administración")}


def refused() -> str:
    """Refuse whoever is no admin."""
    return _("Lo siento, esto es solo para quienes administran la comunidad.")


def no_admins_yet(user_id: int) -> str:
    """Tell somebody their id while nobody at all may open the panel."""
    return _(
        "Todavía nadie administra esta comunidad. Tu id es <code>{user_id}</code>: si el bot es "
        "tuyo, ponlo en <code>ADMIN_IDS</code> y vuelve a arrancarlo."
    ).format(user_id=user_id)


def only_in_private() -> str:
    """Send an admin to the private chat."""
    return _("El panel se abre en nuestro chat privado: escríbeme allí /admin.")


def anonymous() -> str:
    """Tell an admin who writes as the group that nobody can know who that is."""
    return _(
        "Escribes en nombre del grupo, así que no puedo saber quién eres. Escríbeme /admin en "
        "privado, o quita «Permanecer anónimo» en tus permisos de administrador del grupo."
    )


def panel() -> str:
    """Head the panel."""
    return _("🛠 <b>Administración</b>\nElige una sección.")


def sections() -> dict[str, str]:
    """Label the sections."""
    return {
        "settings": _("⚙️ Ajustes"),
        "rewards": _("🏅 Recompensas"),
        "members": _("👥 Miembros"),
        "chats": _("💬 Chats"),
        "figures": _("📊 Cifras"),
        "seed": _("🌱 Valores por defecto"),
        "audit": _("📜 Auditoría"),
    }


def back() -> str:
    return _("‹ Volver")


def change() -> str:
    return _("✏️ Cambiar")


def save() -> str:
    return _("✅ Guardar")


def save_all_the_same() -> str:
    return _("⚠️ Sí, guardar")


def confirm() -> str:
    return _("✅ Confirmar")


def confirm_all_the_same() -> str:
    return _("⚠️ Sí, confirmar")


def discard() -> str:
    return _("✖️ Descartar")


def saved() -> str:
    return _("Guardado.")


def over() -> str:
    """Say that a button belongs to a question which is no longer open."""
    return _("Esta pregunta ya no está abierta. Empieza de nuevo desde el panel.")


def or_cancel() -> str:
    """Remind of the way out of a question."""
    return _("Escríbelo en un mensaje, o /cancel para dejarlo.")


def own_words_only() -> str:
    """Say that words of others are no answer."""
    only = _("Solo vale lo que escribas tú en este chat, ni reenviado ni a través de otro bot.")
    return f"{only} {or_cancel()}"


def alert(error: BesitosError) -> str:
    """Say what was refused, where no markup is shown."""
    return cut(_sentence(error), LONGEST_ALERT)


def try_again(error: BesitosError) -> str:
    """Say what was refused and that the question is still open."""
    again = _("No se ha cambiado nada. Escribe otra cosa, o /cancel para dejarlo.")
    return f"⚠️ {escape(_sentence(error))}\n\n{again}"


def _sentence(error: BesitosError) -> str:
    if isinstance(error, InvalidValue):
        return _invalid(error)
    if isinstance(error, FormulaError):
        return _formula(error)
    if isinstance(error, AlreadySpent):
        missing = ngettext(
            "No se puede deshacer: al miembro le falta {missing} de esos besitos, gastado o "
            "quitado.",
            "No se puede deshacer: al miembro le faltan {missing} de esos besitos, gastados o "
            "quitados.",
            error.missing,
        )
        return missing.format(missing=number(error.missing))
    if isinstance(error, ChangedSince):
        return _("No se puede deshacer: después lo cambió {who}.").format(
            who=error.admin or _("alguien desde fuera del panel")
        )
    if isinstance(error, UnknownTimezone):
        return _timezone(error)
    sentences: dict[type[BesitosError], str] = {
        InsufficientBesitos: _("El miembro no tiene tantos besitos."),
        MemberNotFound: _("No conozco a ese miembro; tiene que haber usado el bot alguna vez."),
        RewardNotFound: _("Esa recompensa ya no existe."),
        NameTaken: _("Ya hay una recompensa con ese nombre."),
        UnknownSetting: _("No existe ese ajuste."),
        ChatNotFound: _("No conozco ese chat."),
        AlreadyUndone: _("Eso ya se deshizo; no se deshace dos veces."),
        NotUndoable: _("Eso no se puede deshacer desde aquí; cámbialo a mano."),
    }
    return sentences.get(type(error), str(error))


def _invalid(error: InvalidValue) -> str:
    bound = number(error.bound) if isinstance(error.bound, int) else str(error.bound)
    sentences = {
        "greater_than_equal": _("El valor mínimo es {bound}."),
        "less_than_equal": _("El valor máximo es {bound}."),
        "string_too_long": _("Es demasiado largo: caben {bound} caracteres."),
        "string_too_short": _("No puede quedar vacío."),
        "too_short": _("Hace falta al menos una condición."),
        "blank_name": _("No puede quedar vacío."),
        "control_character": _("No puede llevar caracteres de control."),
        NOT_A_NUMBER: _("Eso no es un número entero; escribe solo cifras, sin puntos ni comas."),
        NOT_A_BADGE: _("Escribe un emoji, un espacio y el nombre de la insignia."),
    }
    if error.kind in sentences:
        return sentences[error.kind].format(bound=bound)
    return str(error)


def _timezone(error: UnknownTimezone) -> str:
    if not error.near:
        return _("No conozco esa zona horaria; escríbela como Europe/Madrid o America/Bogota.")
    return _("No conozco esa zona horaria. Se parecen: {names}").format(names=", ".join(error.near))


def _formula(error: FormulaError) -> str:
    sentences = {
        FormulaProblem.LENGTH: _("Una fórmula tiene de 1 a {longest} caracteres."),
        FormulaProblem.SYNTAX: _("Eso no es una fórmula; revisa paréntesis y operadores."),
        FormulaProblem.DEPTH: _("La fórmula tiene demasiados paréntesis anidados."),
        FormulaProblem.FORBIDDEN: _("En una fórmula no puede estar «{part}»."),
        FormulaProblem.UNDEFINED: _("La fórmula no da ningún nivel con {total}."),
        FormulaProblem.FALLING: _(
            "La fórmula baja del nivel {before} con {lower} al {after} con {higher}; "
            "no puede bajar nunca."
        ),
    }
    shown = {name: _detail(name, value) for name, value in error.details.items()}
    return sentences[error.problem].format(**shown)


def _detail(name: str, value: object) -> str:
    if not isinstance(value, int):
        return str(value)
    return besitos(value) if name in {"total", "lower"} else number(value)
