"""Every text of the code has its English, with the same placeholders and the same markup."""

import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot
from bot.gamification.bootstrap.manifest import Manifest
from bot.telegram.i18n import LOCALES, locale_for, make_i18n, shipped_text

CODE = Path(bot.__file__).parent
#: What engineers call what members and admins know by another name, in either language.
ENGINEERS = re.compile(
    r"\b(semillas?|seed(s|ed|ing)?|ledger|libro mayor|utc|marcador|marker|esquema|schema|backfill"
    r"|commit|outbox|migraci[oó]n|migration|rollback|filas?|null|transacci[oó]n|sql|callback"
    r"|webhook|token|timestamp|payload|handler|query|excepci[oó]n|exception|database"
    r"|bases? de datos)\b",
    re.IGNORECASE,
)
#: As babel has it: one that counts comes with its plural.
Text = str | tuple[str, ...]


@pytest.fixture(scope="module")
def texts() -> set[Text]:
    """Collect all texts that the code asks gettext for, those that count with their plural."""
    one = dict.fromkeys(("_", "gettext", "__", "lazy_gettext"))
    keywords: dict[str, Any] = {**one, "ngettext": (1, 2)}
    found = extract_from_dir(
        CODE, method_map=[("**.py", "python")], options_map={}, keywords=keywords
    )
    return {message for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """Read the English catalogue."""
    with (LOCALES / "en.po").open("rb") as file:
        return read_po(file, locale="en")


def test_there_are_texts(texts: set[Text]) -> None:
    """The extraction finds the texts at all, or the other tests would prove nothing."""
    assert "🌱 <b>Valores por defecto</b>" in texts
    assert len(texts) > 40


def test_every_text_has_its_english(texts: set[Text], catalogue: Catalog) -> None:
    """Nothing that a member may read waits for a translation."""
    translated = {message.id for message in catalogue if message.id and all(forms(message.string))}

    assert set() == texts - translated


def test_no_translation_is_left_over(texts: set[Text], catalogue: Catalog) -> None:
    """A text that was reworded left no old English behind."""
    assert set() == {message.id for message in catalogue if message.id} - texts


def test_no_translation_is_a_guess(catalogue: Catalog) -> None:
    """No entry is fuzzy: those are skipped when compiled."""
    assert [] == [message.id for message in catalogue if message.id and message.fuzzy]


def test_placeholders_are_the_same(catalogue: Catalog) -> None:
    """A translation fills in what the original fills in, else formatting it would fail."""
    differing = [
        message.id
        for message in catalogue
        for original, translation in pairs(message)
        if placeholders(original) != placeholders(translation)
    ]

    assert [] == differing


def test_markup_and_commands_are_the_same(catalogue: Catalog) -> None:
    """A translation opens and closes the same tags, names the same commands and emoji."""
    differing = [
        message.id
        for message in catalogue
        for original, translation in pairs(message)
        if marks(original) != marks(translation)
    ]

    assert [] == differing


def test_no_engineers_words(catalogue: Catalog) -> None:
    """Whoever reads a screen, member or admin, reads words that they know."""
    said = [text for message in catalogue for pair in pairs(message) for text in pair]
    shown = [re.sub(r"\{\w*\}", "", text) for text in said]

    assert ENGINEERS.search("El ledger está al día")
    assert [] == [text for text in shown if ENGINEERS.search(text)]


@pytest.mark.parametrize(
    ("locale", "expected"), [("en", "Start"), ("es", "Empezar"), ("fr", "Empezar")]
)
def test_compiled_catalogue(locale: str, expected: str) -> None:
    """English is read from the catalogue; whoever has no catalogue reads Spanish."""
    assert expected == make_i18n().gettext("Empezar", locale=locale)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("en-raw", "en"),
        ("es-419", "es"),
        ("de", "es"),
        ("de_DE", "es"),
        ("classic-zh-cn", "es"),
        ("zh-hant-raw", "es"),
        ("", "es"),
        (None, "es"),
    ],
)
def test_any_language_code_is_understood(code: str | None, expected: str) -> None:
    """Telegram does not promise a valid code; none may break an update."""
    assert expected == locale_for(make_i18n(), code)


def test_every_shipped_text_has_its_english(manifest: Manifest) -> None:
    """English members read the default rewards in English, and an admin's own text as it is."""
    i18n = make_i18n(manifest.texts)
    shipped = [
        text
        for reward in manifest.rewards
        for text in (reward.name, reward.description, reward.reward_value.get("badge_name"))
        if text
    ]

    with i18n.context(), i18n.use_locale("en"):
        english = [shipped_text(text) for text in shipped]

        assert ["First Steps", "React to a message for the first time."] == english[:2]
        assert [] == sorted(set(english) & set(shipped))
        assert "Propia" == shipped_text("Propia")


def test_shipped_text_is_told_from_the_words_of_the_code(manifest: Manifest) -> None:
    """A reward that an admin calls like a button of ours is not translated."""
    i18n = make_i18n(manifest.texts)

    with i18n.context(), i18n.use_locale("en"):
        assert "Start" == i18n.gettext("Empezar")
        assert "Empezar" == shipped_text("Empezar")


def forms(text: Text) -> tuple[str, ...]:
    """Return a text, or its singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def pairs(message: Message) -> list[tuple[str, str]]:
    """Return what is translated into what."""
    if not message.id:
        return []  # the catalogue's own head
    return list(zip(forms(message.id), forms(message.string), strict=True))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def marks(text: str) -> list[str]:
    return sorted(re.findall(r"</?\w+>|/\w+(?!\w*>)|[\U0001F300-\U0001FAFF✅⌛⭐]", text))
