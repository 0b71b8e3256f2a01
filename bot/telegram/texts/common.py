"""Introduction, greeting, help, commands, and refusals."""

from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n import ngettext

from bot.gamification.config import ConfigDefinition
from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.reactions import pays
from bot.gamification.registration import NobodyKnown
from bot.gamification.rewards.lifecycle import NotClaimable
from bot.telegram.texts import rewards
from bot.telegram.texts.formatting import besitos, number, person


def description() -> str:
    """Say what the bot is for, in at most 512 characters; neither it nor the next has markup."""
    return _(
        "💋 Besitos da una moneda a tu comunidad: los miembros ganan besitos al reaccionar a los "
        "mensajes y con el regalo de cada día, suben de nivel y desbloquean recompensas.\n\n"
        "Pulsa Empezar para ver tu perfil, o añádeme a tu grupo como administrador: solo así "
        "puedo ver las reacciones."
    )


def short_description() -> str:
    """Say it in at most 120 characters."""
    return _("💋 Besitos por reaccionar, un regalo cada día, niveles y recompensas.")


def commands() -> dict[str, str]:
    """Return the member's commands with what each is for."""
    return {
        "start": _("Empezar"),
        "profile": _("Tu nivel y tus besitos"),
        "daily": _("Tu regalo de hoy"),
        "rewards": _("Tus recompensas"),
        "top": _("La clasificación"),
        "history": _("Tus movimientos"),
        "language": _("En qué idioma te hablo"),
        "privacy": _("Qué guardo de ti"),
        "help": _("Qué puedo hacer"),
    }


def welcome(first_name: str) -> str:
    """Greet a member."""
    hello = _("¡Hola, {name}! 💋").format(name=person(first_name))
    return f"{hello}\n" + _(
        "Aquí se ganan <b>besitos</b>: reacciona a los mensajes del grupo y recoge tu regalo "
        "de cada día con /daily. Mira tu perfil con /profile o lee /help."
    )


def help_text(config: ConfigDefinition) -> str:
    """Say what is paid, and list the commands."""
    return "\n".join(
        [
            _("💋 <b>Besitos</b> es la moneda de esta comunidad."),
            "",
            *filter(None, [_reactions(config), _activity_bonus(config), _gift(config)]),
            "",
            *(f"/{command} – {purpose}" for command, purpose in commands().items()),
        ]
    )


def _reactions(config: ConfigDefinition) -> str | None:
    if not pays(config):
        return None
    line = ngettext(
        "• Por cada mensaje al que reacciones: {paid} (hasta {limit} mensaje al día).",
        "• Por cada mensaje al que reacciones: {paid} (hasta {limit} mensajes al día).",
        config.max_reactions_per_day,
    )
    limit = number(config.max_reactions_per_day)
    return line.format(paid=besitos(config.besitos_per_reaction), limit=limit)


def _activity_bonus(config: ConfigDefinition) -> str | None:
    most = config.besitos_streak_bonus_max
    extra = min(config.besitos_streak_bonus_per_day, most)
    if not config.max_reactions_per_day or not (config.besitos_daily_base or extra):
        return None
    bonus = besitos(config.besitos_daily_base)
    if not extra:
        return _("• Con la primera reacción del día: {bonus} más.").format(bonus=bonus)
    return _(
        "• Con la primera reacción del día: {bonus} más, y {extra} por cada día seguido de antes "
        "({most} como mucho)."
    ).format(bonus=bonus, extra=number(extra), most=number(most))


def _gift(config: ConfigDefinition) -> str | None:
    gift, bonus = config.besitos_daily_gift, config.besitos_daily_streak_bonus
    if not bonus:
        return _("• El regalo de cada día: {gift}.").format(gift=besitos(gift)) if gift else None
    return _(
        "• El regalo de cada día: {gift}, y {bonus} más si también recogiste el de ayer."
    ).format(gift=besitos(gift), bonus=besitos(bonus))


def refusal(error: BaseException) -> str | None:
    """Return the sentence for an error that is the member's to understand, None for ours."""
    match error:
        case GiftAlreadyTaken():
            return rewards.gift_taken(error)
        case NotClaimable():
            return rewards.not_claimable(error.status)
        case NobodyKnown():
            return _(
                "Escribes en nombre de un chat, así que no puedo saber quién eres. Escríbeme con "
                "tu propia cuenta, aquí o en privado."
            )
        case _:
            return None


def unknown_button() -> str:
    """Say that a button leads nowhere."""
    return _("Este botón ya no funciona.")


def old_button(command: str) -> str:
    """Say what to write instead of pressing a button that has become too old."""
    return _("Este botón es de antes; escribe /{command}.").format(command=command)


def failed() -> str:
    """Say that an update failed."""
    return _("Algo ha salido mal y no se ha cambiado nada. Inténtalo de nuevo en un momento.")
