"""Entities of a text: those that Telegram finds by itself, trimming, lengths in UTF-16."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sandbox.values import Entity, FormattedText

_PATTERNS = (
    ("url", re.compile(r"(?:https?|tg)://[^\s<>\"]*[^\s<>\".,;:!?)\]]")),
    # Telegram knows every top-level domain; these are enough to see a link that was not meant.
    (
        "url",
        re.compile(
            r"(?<![\w@./-])(?:[A-Za-z0-9-]+\.)+(?:com|example|io|me|net|org)\b(?:/[^\s<>\"]*)?"
        ),
    ),
    ("email", re.compile(r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/@<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?!\w)")),
    ("mention", re.compile(r"(?<![\w/])@[A-Za-z]\w{3,31}", re.ASCII)),
    ("hashtag", re.compile(r"(?<![\w/&])#\w*[^\W\d]\w*")),
)
# Telegram finds nothing inside these, and a link stays one link.
_OPAQUE = {"code", "pre", "text_link", "text_mention", "url"}


def detect_entities(formatted: FormattedText) -> FormattedText:
    """Return the text with the entities found in it added to those it has."""
    entities = list(formatted.entities)
    for found in _candidates(formatted.text):
        taken = (entity for entity in entities if entity.type in _OPAQUE)
        if not any(_overlap(found, entity) for entity in taken):
            entities.append(found)
    return FormattedText(formatted.text, in_order(entities))


def in_order(entities: list[Entity]) -> tuple[Entity, ...]:
    """Return entities as Telegram lists them: by offset, the outer before the inner."""
    return tuple(sorted(entities, key=lambda entity: (entity.offset, -entity.length)))


def trim(formatted: FormattedText) -> FormattedText:
    """Return the text without white space around it, its entities moved along."""
    text = formatted.text.strip()
    if text == formatted.text:
        return formatted
    cut = len(formatted.text) - len(formatted.text.lstrip())
    clipped = (_clip(entity, cut, utf16_length(text)) for entity in formatted.entities)
    return FormattedText(text, tuple(entity for entity in clipped if entity.length > 0))


def utf16_length(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def _candidates(text: str) -> Iterator[Entity]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Entity(kind, utf16_length(text[: match.start()]), utf16_length(match[0]))


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.offset + other.length and other.offset < one.offset + one.length


def _clip(entity: Entity, cut: int, length: int) -> Entity:
    start = max(entity.offset - cut, 0)
    end = min(entity.offset + entity.length - cut, length)
    return replace(entity, offset=start, length=end - start)
