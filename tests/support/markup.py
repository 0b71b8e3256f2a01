"""A reader of Telegram's HTML, as strict as Telegram: a tag that it does not know is an error."""

import re
from html.parser import HTMLParser

KNOWN = {"a", "b", "code", "i", "pre", "u", "s"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, f"Telegram does not know <{tag}>"
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> tuple[str, list[str]]:
    """Return what a member sees, and the tags; AssertionError where Telegram would refuse it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [] == reader.open
    return reader.text, reader.tags


def visible(text: str) -> str:
    """Return a text without the characters that show nothing: joiners and directions."""
    return re.sub("[\u2060\u202a-\u202e\u2066-\u2069]", "", text)
