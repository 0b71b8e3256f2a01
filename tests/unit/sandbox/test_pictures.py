import struct

import pytest

from sandbox.errors import BotApiError
from sandbox.pictures import parse_photo

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 360) + b"\x08\x02\0\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"ab"
    b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 360, 640) + b"\0" * 10
)


@pytest.mark.parametrize(("content", "mime_type"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_reads_the_size(content: bytes, mime_type: str) -> None:
    """PNG and JPEG are recognised by their content, with width and height."""
    photo = parse_photo(content)

    assert (mime_type, 640, 360) == (photo.mime_type, photo.width, photo.height)


@pytest.mark.parametrize("content", [b"", b"GIF89a", PNG[:18], JPEG[:6], b"<svg onload=x>"])
def test_refuses_what_is_no_picture(content: bytes) -> None:
    """Anything else is refused, so that the page never serves it."""
    with pytest.raises(BotApiError) as caught:
        parse_photo(content)

    assert caught.value.code == 400
