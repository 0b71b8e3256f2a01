"""Telegram's HTML (`parse_mode=HTML`), as strict as Telegram is."""

import re
from dataclasses import dataclass, field, replace

from sandbox.errors import BotApiError, bad_request
from sandbox.formatting.entities import in_order, utf16_length
from sandbox.values import Entity, FormattedText

_ENTITY_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TEXT = re.compile(r"[^<]+")
_END_TAG = re.compile(r"</([^\s>]*)\s*>")
_TAG_NAME = re.compile(r"<([^\s>]*)(?=[\s>])")
_VALUE = r"\"[^\"]*\"|'[^']*'|[\w.:/-]+"
_ATTRIBUTES = re.compile(rf"(?:\s+[^\s=<>\"']+(?:\s*=\s*(?:{_VALUE}))?)*\s*>")
_ATTRIBUTE = re.compile(rf"([^\s=<>\"']+)(?:\s*=\s*({_VALUE}))?")
_CHARACTER = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LARGEST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_LANGUAGE = "language-"


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int


@dataclass(slots=True)
class _Parser:
    source: str
    position: int = 0
    text: list[str] = field(default_factory=list)
    length: int = 0
    open_tags: list[_OpenTag] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def run(self) -> FormattedText:
        while self.position < len(self.source):
            if match := _TEXT.match(self.source, self.position):
                self._add_text(match[0])
                self.position = match.end()
            elif self.source.startswith("</", self.position):
                self._end_tag()
            else:
                self._start_tag()
        if self.open_tags:
            name = self.open_tags[-1].name
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{name}"')
        return FormattedText("".join(self.text), in_order(_merge_code(self.entities)))

    def _add_text(self, raw: str) -> None:
        text = _CHARACTER.sub(_character, raw)
        self.text.append(text)
        self.length += utf16_length(text)

    def _start_tag(self) -> None:
        match = _TAG_NAME.match(self.source, self.position)
        if not match:
            raise self._refusal_here("Unclosed start tag")
        name = match[1].lower()
        if name not in _ENTITY_TYPES:
            raise self._refusal_here(f'Unsupported start tag "{name}"')
        rest = _ATTRIBUTES.match(self.source, match.end())
        if not rest:
            raise self._refusal_here("Unclosed start tag")
        attributes = {
            key.lower(): _CHARACTER.sub(_character, value.strip("\"'"))
            for key, value in _ATTRIBUTE.findall(rest[0][:-1])
        }
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._refusal_here('Tag "span" must have class "tg-spoiler"')
        self.open_tags.append(_OpenTag(name, attributes, self.length))
        self.position = rest.end()

    def _end_tag(self) -> None:
        match = _END_TAG.match(self.source, self.position)
        if not match:
            raise self._refusal_here("Unclosed end tag")
        if not self.open_tags:
            raise self._refusal_here("Unexpected end tag")
        tag, found = self.open_tags.pop(), match[1].lower()
        if found not in {"", tag.name}:
            raise _refusal(
                f"Unmatched end tag at byte offset {self._byte_offset()}, "
                f'expected "</{tag.name}>", found "</{found}>"'
            )
        self.position = match.end()
        if entity := _entity(tag, self.length - tag.offset):
            self.entities.append(entity)

    def _byte_offset(self) -> int:
        return len(self.source[: self.position].encode())

    def _refusal_here(self, reason: str) -> BotApiError:
        return _refusal(f"{reason} at byte offset {self._byte_offset()}")


def parse_html(source: str) -> FormattedText:
    """Return text and entities of Telegram HTML.

    Raises BotApiError 400 "can't parse entities: ..." where Telegram does.
    """
    return _Parser(source).run()


def _entity(tag: _OpenTag, length: int) -> Entity | None:
    if length == 0:
        return None
    entity = Entity(_ENTITY_TYPES[tag.name], tag.offset, length)
    if tag.name == "a":
        url = tag.attributes.get("href", "")
        return replace(entity, url=url) if url else None
    if tag.name == "code" and tag.attributes.get("class", "").startswith(_LANGUAGE):
        return replace(entity, language=tag.attributes["class"].removeprefix(_LANGUAGE))
    if tag.name == "blockquote" and "expandable" in tag.attributes:
        return replace(entity, type="expandable_blockquote")
    return entity


def _merge_code(entities: list[Entity]) -> list[Entity]:
    """Turn `<pre><code class="language-x">` into one `pre` entity with that language."""
    languages = {(e.offset, e.length): e.language for e in entities if e.type == "code"}
    blocks = {(e.offset, e.length) for e in entities if e.type == "pre"}
    merged = []
    for entity in entities:
        span = (entity.offset, entity.length)
        if entity.type == "pre":
            merged.append(replace(entity, language=languages.get(span)))
        elif entity.type != "code" or span not in blocks:
            merged.append(replace(entity, language=None))
    return merged


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    # Telegram leaves a character that does not exist as it was written.
    exists = 0 < code <= _LARGEST_CODE_POINT and code not in _SURROGATES
    return chr(code) if exists else match[0]


def _refusal(reason: str) -> BotApiError:
    return bad_request(f"can't parse entities: {reason}")
