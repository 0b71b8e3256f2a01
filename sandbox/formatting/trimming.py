"""Telegram cuts white space off both ends of a text."""

from dataclasses import replace

from sandbox.formatting.utf16 import utf16_length
from sandbox.values import Entity, FormattedText


def trim(formatted: FormattedText) -> FormattedText:
    """Return the text without white space around it, its entities moved along."""
    text = formatted.text.strip()
    if text == formatted.text:
        return formatted
    cut = len(formatted.text) - len(formatted.text.lstrip())
    clipped = (_clip(entity, cut, utf16_length(text)) for entity in formatted.entities)
    return FormattedText(text, tuple(entity for entity in clipped if entity.length > 0))


def _clip(entity: Entity, cut: int, length: int) -> Entity:
    start = max(entity.offset - cut, 0)
    end = min(entity.offset + entity.length - cut, length)
    return replace(entity, offset=start, length=end - start)
