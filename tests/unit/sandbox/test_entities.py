import pytest

from sandbox.formatting.entities import detect_entities, trim
from sandbox.formatting.html import parse_html
from sandbox.values import Entity, FormattedText


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start hola", [("bot_command", 0, 6)]),
        ("💋 /daily@besitos_bot", [("bot_command", 3, 18)]),
        ("1/2 y a/b", []),
        ("hola @ana_maria y #reto", [("mention", 5, 10), ("hashtag", 18, 5)]),
        ("mira https://e.org/a.", [("url", 5, 15)]),
    ],
)
def test_finds_what_telegram_finds(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Commands, mentions, hashtags and links are found, and nothing that only looks like them."""
    actual = detect_entities(FormattedText(text)).entities

    assert expected == [(entity.type, entity.offset, entity.length) for entity in actual]


def test_finds_nothing_inside_code() -> None:
    """A command inside code is code."""
    code = (Entity("code", 0, 6),)

    actual = detect_entities(FormattedText("/start", code)).entities

    assert code == actual


def test_trimming_moves_entities() -> None:
    """White space around a text goes and its entities stay on their letters."""
    expected = FormattedText("hola", (Entity("bold", 0, 4),))

    actual = trim(parse_html("\n <b> hola</b> <i>  </i>\n"))

    assert expected == actual
