"""What a member is told when something is not possible."""

from aiogram.utils.i18n import gettext as _

from bot.gamification.daily_gift import GiftAlreadyTaken
from bot.gamification.rewards.claiming import NotClaimable
from bot.telegram.texts import rewards


def refusal(error: BaseException) -> str | None:
    """Return the sentence for an error that is the member's to understand, None for ours."""
    match error:
        case GiftAlreadyTaken():
            return rewards.gift_taken(error)
        case NotClaimable():
            return rewards.not_claimable(error.status)
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
