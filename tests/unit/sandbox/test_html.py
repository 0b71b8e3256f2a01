import pytest

from sandbox.errors import BotApiError
from sandbox.formatting.html import parse_html
from sandbox.values import Entity, FormattedText


def test_entities_count_utf16_units() -> None:
    """Offsets behind an emoji are those of UTF-16, as Telegram counts."""
    expected = FormattedText("💰 <5> & más", (Entity("bold", 3, 3), Entity("italic", 9, 3)))

    actual = parse_html("💰 <b>&lt;5&gt;</b> &amp; <i>más</i>")

    assert expected == actual


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<strong>x</strong>", Entity("bold", 0, 1)),
        ("<ins>x</ins>", Entity("underline", 0, 1)),
        ("<del>x</del>", Entity("strikethrough", 0, 1)),
        ("<tg-spoiler>x</tg-spoiler>", Entity("spoiler", 0, 1)),
        ('<span class="tg-spoiler">x</span>', Entity("spoiler", 0, 1)),
        (
            "<a href='https://e.org/?a>b&amp;c'>x</a>",
            Entity("text_link", 0, 1, "https://e.org/?a>b&c"),
        ),
        ("<blockquote expandable>x</blockquote>", Entity("expandable_blockquote", 0, 1)),
        ('<pre><code class="language-py">x</code></pre>', Entity("pre", 0, 1, language="py")),
        ("<B>x</B>", Entity("bold", 0, 1)),
    ],
)
def test_each_tag_becomes_its_entity(source: str, expected: Entity) -> None:
    """Every tag that Telegram allows gives the entity that Telegram gives."""
    actual = parse_html(source)

    assert FormattedText("x", (expected,)) == actual


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("ñ <marquee>x</marquee>", 'Unsupported start tag "marquee" at byte offset 3'),
        ("I <3 you > me", 'Unsupported start tag "3" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_telegram_refuses_is_refused(source: str, expected: str) -> None:
    """Unbalanced and unknown tags fail, and the error says where."""
    with pytest.raises(BotApiError) as caught:
        parse_html(source)

    assert f"Bad Request: can't parse entities: {expected}" == caught.value.description


def test_impossible_characters_stay_as_written() -> None:
    """A reference to a surrogate or beyond Unicode is left alone."""
    expected = "A&#xD800;&#9999999;&nbsp;"

    actual = parse_html("&#65;&#xD800;&#9999999;&nbsp;").text

    assert expected == actual
