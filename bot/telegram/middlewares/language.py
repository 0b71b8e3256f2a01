"""Talk to everybody in their language."""

from typing import Any

from aiogram.types import TelegramObject, User
from aiogram.utils.i18n import I18nMiddleware

from bot.telegram.i18n import locale_for


class Language(I18nMiddleware):
    """Chooses the language by who is behind the update.

    aiogram's own choice raises on codes that Babel cannot parse; an update must not fail for that.
    """

    async def get_locale(self, event: TelegramObject, data: dict[str, Any]) -> str:  # noqa: ARG002
        """Return the language of the update's user."""
        user: User | None = data.get("event_from_user")
        return locale_for(self.i18n, user.language_code if user else None)
