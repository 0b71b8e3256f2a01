"""Spanish and English: the texts are written in Spanish, a catalogue has the English ones."""

import gettext
from io import BytesIO
from pathlib import Path
from typing import Final

from aiogram.utils.i18n import I18n
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: Final = Path(__file__).with_name("locales")
#: The language of the texts in the code, and of members whose own we do not have.
DEFAULT_LOCALE: Final = "es"


def make_i18n() -> I18n:
    """Return the translations.

    The catalogues are compiled when they are read, so that no compiled file can be out of date.
    """
    i18n = I18n(path=LOCALES, default_locale=DEFAULT_LOCALE)
    i18n.locales = {file.stem: _compile(file) for file in LOCALES.glob("*.po")}
    return i18n


def locale_for(i18n: I18n, language_code: str | None) -> str:
    """Return the language to talk in: that of `language_code` without its region, if we have it.

    Telegram takes whatever code the member's app sends, and not all of them are IETF tags:
    `en-raw` and `classic-zh-cn` are language packs that people use.
    """
    language = (language_code or "").partition("-")[0].lower()
    return language if language in i18n.available_locales else i18n.default_locale


def _compile(file: Path) -> gettext.GNUTranslations:
    compiled = BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=file.stem))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
