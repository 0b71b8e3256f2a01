"""Recognises uploaded pictures and reads their size."""

import hashlib
import struct

from sandbox.errors import bad_request
from sandbox.values import Photo

MAX_BYTES = 10 * 1024 * 1024
MAX_WIDTH_PLUS_HEIGHT = 10_000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
# Start-of-frame markers, which carry the size; C4, C8 and CC mean other things.
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def parse_photo(content: bytes) -> Photo:
    """Return the photo; a 400 as Telegram's for what is no PNG or JPEG or is too large."""
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > MAX_BYTES:
        raise bad_request("file is too big")
    try:
        mime_type, (width, height) = _recognise(content)
    except (struct.error, IndexError, ValueError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width == 0 or height == 0 or width + height > MAX_WIDTH_PLUS_HEIGHT:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    unique_id = hashlib.sha256(content).hexdigest()[:16]
    return Photo(f"sandbox-{unique_id}", unique_id, mime_type, width, height, content)


def _recognise(content: bytes) -> tuple[str, tuple[int, int]]:
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
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        (length,) = struct.unpack(">H", content[position + 2 : position + 4])
        position += 2 + length
    raise ValueError
