"""Translations: the texts are written in Spanish, catalogues have the other languages."""

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from aiogram.types import TelegramObject, User
from aiogram.utils.i18n import I18n, I18nMiddleware
from aiogram.utils.i18n import gettext as _
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = Path(__file__).with_name("locales")
#: The language of the texts in the code, and of members whose own we do not have.
DEFAULT_LOCALE: Final = "es"
#: Tells a manifest's texts from the code's, which may be the same words; gettext's own separator.
_SHIPPED: Final = "manifest\x04"
# Outlives the transaction and the language of aiogram's, which end with the error.
_chosen: ContextVar[str | None] = ContextVar("chosen language", default=None)


def make_i18n(shipped: Mapping[str, Mapping[str, str]] | None = None) -> I18n:
    """Return the translations; `shipped` are those of a manifest's texts, by language.

    The catalogues are compiled when they are read, so that no compiled file can be out of date.
    """
    i18n = I18n(path=LOCALES, default_locale=DEFAULT_LOCALE)
    i18n.locales = {
        file.stem: _compile(file, tuple((shipped or {}).get(file.stem, {}).items()))
        for file in LOCALES.glob("*.po")
    }
    return i18n


def talk_in(locale: str | None) -> None:
    """Have what goes wrong with this update told in the language that its member has chosen."""
    _chosen.set(locale)


def chosen_locale() -> str | None:
    """Return that language; None where nothing was chosen, or nobody knows yet."""
    return _chosen.get()


def locale_for(i18n: I18n, language_code: str | None) -> str:
    """Return the language to talk in: that of `language_code` without its region, if we have it.

    Telegram takes whatever code the member's app sends, and not all of them are IETF tags:
    `en-raw` and `classic-zh-cn` are language packs that people use.
    """
    language = (language_code or "").partition("-")[0].lower()
    return language if language in i18n.available_locales else i18n.default_locale


class Language(I18nMiddleware):
    """Chooses the language by who is behind the update.

    aiogram's own choice raises on codes that Babel cannot parse; an update must not fail for that.
    """

    async def get_locale(self, event: TelegramObject, data: dict[str, Any]) -> str:  # noqa: ARG002
        """Return the language of the update's user."""
        user: User | None = data.get("event_from_user")
        return locale_for(self.i18n, user.language_code if user else None)


def shipped_text(text: str) -> str:
    """Translate a text of the manifest; what an admin wrote stays as it is."""
    key = _SHIPPED + text
    found = _(key)
    return text if found == key else found


@cache
def _compile(file: Path, shipped: tuple[tuple[str, str], ...]) -> gettext.GNUTranslations:
    with file.open("rb") as source:
        catalog = read_po(source, locale=file.stem)
    for text, translation in shipped:
        catalog.add(_SHIPPED + text, translation)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
