import json
import struct

import pytest

from sandbox.errors import BotApiError
from sandbox.methods.content import parse_keyboard, parse_photo
from sandbox.parameters import Parameters
from sandbox.values import Button

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 360) + b"\x08\x02\0\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"ab"
    b"\xff\xc0" + struct.pack(">HBHH", 17, 8, 360, 640) + b"\0" * 10
)


def parse(*buttons: object) -> object:
    return parse_keyboard(Parameters({"reply_markup": {"inline_keyboard": [list(buttons)]}}))


def test_reads_json_text_and_objects_alike() -> None:
    """A keyboard as a form's JSON text and as an object of a JSON body are the same."""
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b", "style": "success"}]]}
    expected = ((Button("a", "b", style="success"),),)

    actual = [parse_keyboard(Parameters({"reply_markup": m})) for m in (markup, json.dumps(markup))]

    assert [expected, expected] == actual


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ({"text": "x", "callback_data": "ñ" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "a", "url": "https://e.org"}, "BUTTON_TYPE_INVALID"),
        ({"text": " ", "callback_data": "a"}, 'Field "text" must be a non-empty String'),
        ({"text": "x"}, "callback_data or url only"),
        ({"text": "x", "url": "javascript:alert(1)"}, "Wrong HTTP URL"),
        ("x", "expected an Object"),
    ],
)
def test_wrong_buttons_are_refused(button: object, expected: str) -> None:
    """Buttons that Telegram refuses, or that the sandbox cannot show, are refused."""
    with pytest.raises(BotApiError, match=expected):
        parse(button)


def test_64_bytes_of_data_fit() -> None:
    """The limit of callback data is 64 bytes, not characters."""
    expected = ((Button("x", "ñ" * 32),),)

    assert expected == parse({"text": "x", "callback_data": "ñ" * 32})


def test_other_markups_are_refused() -> None:
    """A reply keyboard is refused rather than silently not shown."""
    with pytest.raises(BotApiError, match="inline keyboards"):
        parse_keyboard(Parameters({"reply_markup": {"keyboard": [[{"text": "a"}]]}}))


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
