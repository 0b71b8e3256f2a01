"""Reads the text of a call and its formatting."""

import re
from collections.abc import Iterator
from dataclasses import replace

from sandbox.errors import bad_request
from sandbox.formatting.detection import detect_entities
from sandbox.formatting.html import parse_html
from sandbox.formatting.trimming import trim
from sandbox.methods.registry import Backend
from sandbox.parameters import Parameters
from sandbox.values import Entity, FormattedText

MAX_TEXT = 4096
MAX_CAPTION = 1024
_MENTION = re.compile(r"tg://user\?id=(\d{1,18})")


def read_text(backend: Backend, parameters: Parameters) -> FormattedText:
    """Return the `text` of 1 to 4096 characters after its formatting was read."""
    formatted = _read(backend, parameters, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if len(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def read_caption(backend: Backend, parameters: Parameters) -> FormattedText:
    """Return the `caption` of at most 1024 characters after its formatting was read."""
    formatted = _read(backend, parameters, "caption", "caption_entities")
    if len(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def _read(
    backend: Backend, parameters: Parameters, text_name: str, entities_name: str
) -> FormattedText:
    text = parameters.text(text_name)
    mode = parameters.text("parse_mode").lower()
    if mode == "html":
        formatted = parse_html(text)
    elif mode in {"markdown", "markdownv2"}:
        raise bad_request("the sandbox supports parse_mode HTML only")
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        given = parameters.nested(entities_name, "entities")
        formatted = FormattedText(text, tuple(_entities(given)))
    resolved = tuple(_with_user(backend, formatted.entities))
    return detect_entities(trim(FormattedText(formatted.text, resolved)))


def _entities(values: object) -> Iterator[Entity]:
    if values is None:
        return
    try:
        for value in values:  # type: ignore[attr-defined]  # anything else is refused below
            yield Entity(
                str(value["type"]),
                int(value["offset"]),
                int(value["length"]),
                url=value.get("url"),
                language=value.get("language"),
            )
    except (TypeError, KeyError, ValueError, AttributeError):
        raise bad_request("can't parse entities: expected an Array of MessageEntity") from None


def _with_user(backend: Backend, entities: tuple[Entity, ...]) -> Iterator[Entity]:
    """Turn links to members into mentions; a link to nobody is no entity at all."""
    for entity in entities:
        mention = _MENTION.fullmatch(entity.url or "")
        if not mention:
            yield entity
        elif member := backend.world.find_member(int(mention[1])):
            yield replace(entity, type="text_mention", url=None, user=member)
