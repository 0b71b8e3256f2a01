"""The content of a message as a call gives it: text, inline keyboard, photo."""

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import replace

from sandbox.errors import bad_request
from sandbox.formatting.entities import detect_entities, trim, utf16_length
from sandbox.formatting.html import parse_html
from sandbox.methods.base import Backend
from sandbox.parameters import Parameters
from sandbox.values import Button, Entity, FormattedText, Keyboard, Photo

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA_BYTES = 64
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_PHOTO_WIDTH_PLUS_HEIGHT = 10_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# Start-of-frame markers, which carry the size; C4, C8 and CC mean other things.
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BUTTON_STYLES = {"danger", "success", "primary"}
_MENTION = re.compile(r"tg://user\?id=(\d{1,18})")


def read_text(backend: Backend, parameters: Parameters) -> FormattedText:
    """Return the `text` of 1 to 4096 characters after its formatting was read."""
    formatted = _formatted(backend, parameters, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def read_caption(backend: Backend, parameters: Parameters) -> FormattedText:
    """Return the `caption` of at most 1024 characters after its formatting was read."""
    formatted = _formatted(backend, parameters, "caption", "caption_entities")
    if utf16_length(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def parse_keyboard(parameters: Parameters) -> Keyboard:
    """Return the inline keyboard of `reply_markup`; empty without one.

    The sandbox shows no other reply markup and says so, rather than pretending.
    """
    markup = parameters.nested("reply_markup", "reply keyboard markup")
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if not markup:
        return ()
    if "inline_keyboard" not in markup:
        raise bad_request("the sandbox supports inline keyboards as reply markup only")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be of type Array of Array')
    return tuple(tuple(_button(button) for button in row) for row in rows if row)


def parse_photo(content: bytes) -> Photo:
    """Return the photo; a 400 as Telegram's for what is no PNG or JPEG or is too large."""
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    try:
        mime_type, (width, height) = _format_and_size(content)
    except (struct.error, IndexError, ValueError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width == 0 or height == 0 or width + height > MAX_PHOTO_WIDTH_PLUS_HEIGHT:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    unique_id = hashlib.sha256(content).hexdigest()[:16]
    return Photo(f"sandbox-{unique_id}", unique_id, mime_type, width, height, content)


def _formatted(
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
        elif member := backend.state.find_member(int(mention[1])):
            yield replace(entity, type="text_mention", url=None, user=member)


def _button(value: object) -> Button:
    if not isinstance(value, dict):
        raise _button_refusal("expected an Object")
    text, data, url = (value.get(name) for name in ("text", "callback_data", "url"))
    if not isinstance(text, str) or not text.strip():
        raise _button_refusal('Field "text" must be a non-empty String')
    if data is None and url is None:
        raise _button_refusal("the sandbox supports buttons with callback_data or url only")
    if data is not None and url is not None:
        raise bad_request("BUTTON_TYPE_INVALID")
    if data is not None and not _is_callback_data(data):
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    style = value.get("style")
    return Button(text, data, url, style if style in _BUTTON_STYLES else None)


def _is_callback_data(data: object) -> bool:
    return isinstance(data, str) and 0 < len(data.encode()) <= MAX_CALLBACK_DATA_BYTES


def _button_refusal(reason: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def _format_and_size(content: bytes) -> tuple[str, tuple[int, int]]:
    if content.startswith(_PNG):
        width, height = struct.unpack(">II", content[16:24])
        return "image/png", (width, height)
    if content.startswith(_JPEG):
        return "image/jpeg", _jpeg_size(content)
    raise ValueError


def _jpeg_size(content: bytes) -> tuple[int, int]:
    position = 2
    while content[position] == 0xFF:  # noqa: PLR2004 - each JPEG segment starts with this byte
        marker = content[position + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        (length,) = struct.unpack(">H", content[position + 2 : position + 4])
        position += 2 + length
    raise ValueError
