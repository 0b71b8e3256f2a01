"""Names: one form, the same for people, and never blank."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.gamification.types import Name, canonical_name, same_name_key

COMPOSED, DECOMPOSED = "Racha de 7 D\u00edas", "Racha de 7 Di\u0301as"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Racha", "Racha"),
        (DECOMPOSED, COMPOSED),
        ("  Racha de 7 ", "Racha de 7"),
        ("\t\N{NO-BREAK SPACE}Racha\n", "Racha"),
        ("\N{ZERO WIDTH SPACE}Racha\N{ZERO WIDTH NO-BREAK SPACE}\N{WORD JOINER}", "Racha"),
        ("\N{SOFT HYPHEN}Racha \N{HANGUL FILLER}\N{BRAILLE PATTERN BLANK}", "Racha"),
        ("Dos  blancos", "Dos  blancos"),
        ("❤\N{VARIATION SELECTOR-16}", "❤\N{VARIATION SELECTOR-16}"),
        (f"Reina {ENGLAND}", f"Reina {ENGLAND}"),
        ("👩\N{ZERO WIDTH JOINER}🚀", "👩\N{ZERO WIDTH JOINER}🚀"),
        ("\N{ZERO WIDTH SPACE} \N{HANGUL FILLER}", ""),
        ("", ""),
    ],
)
def test_canonical(text: str, name: str) -> None:
    """A name is composed and has no blanks at its ends; what can be seen stays as it is."""
    assert name == canonical_name(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (COMPOSED, DECOMPOSED),
        (COMPOSED, "  racha de 7 DÍAS "),
        ("Straße", "STRASSE"),
        ("Racha de 7", "Racha\N{NO-BREAK SPACE}de  7"),
        ("Racha", "Ra\N{ZERO WIDTH SPACE}cha"),
        ("ΑΣ", "ας"),
    ],
)
def test_same_to_people(one: str, other: str) -> None:
    """Letters that look the same, capitals and blanks make no other name."""
    assert same_name_key(one) == same_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Dias", "Días"), ("Racha 7", "Racha 8"), ("👩🚀", "👩\u200d🚀"), ("n", "ñ")]
)
def test_different_to_people(one: str, other: str) -> None:
    """What people tell apart is two names."""
    assert same_name_key(one) != same_name_key(other)


@given(st.text(max_size=20))
def test_one_form(text: str) -> None:
    """Whatever is read twice is read as the same, and the one form is the same to people."""
    name = canonical_name(text)

    assert name == canonical_name(name)
    assert same_name_key(text) == same_name_key(name) == same_name_key(same_name_key(text))


@given(st.text(max_size=20))
def test_any_text(text: str) -> None:
    """A name is refused, or it is in the one form."""
    try:
        name = NAME.validate_python(text)
    except ValidationError:
        return
    assert "" != name == canonical_name(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "blank_name"),
        ("  ", "blank_name"),
        ("\N{ZERO WIDTH SPACE}\N{HANGUL FILLER}", "blank_name"),
        ("\N{VARIATION SELECTOR-16}", "blank_name"),
        ("dos\nlíneas", "control_character"),
        ("dos líneas\r\n", "control_character"),
        ("dos\N{LINE SEPARATOR}líneas", "control_character"),
        ("tab\tulador", "control_character"),
        ("\x1b[1mnegrita", "control_character"),
        ("x" * 201, "string_too_long"),
        (5, "string_type"),
    ],
)
def test_no_names(text: object, kind: str) -> None:
    """What nobody can see, or would break a line, is no name."""
    with pytest.raises(ValidationError) as caught:
        NAME.validate_python(text)

    assert [kind] == [error["type"] for error in caught.value.errors()]


def test_length_counts_what_is_kept() -> None:
    """Decomposed accents and blanks at the ends do not count."""
    assert "í" * 200 == NAME.validate_python("i\u0301" * 200 + "  ")
