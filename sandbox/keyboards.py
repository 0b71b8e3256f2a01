"""Inline keyboards, checked as Telegram checks them."""

from sandbox.errors import bad_request
from sandbox.parameters import Parameters
from sandbox.values import Button, Keyboard

MAX_CALLBACK_DATA_BYTES = 64
_STYLES = {"danger", "success", "primary"}


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


def _button(value: object) -> Button:
    if not isinstance(value, dict):
        raise _refusal("expected an Object")
    text, data, url = (value.get(name) for name in ("text", "callback_data", "url"))
    if not isinstance(text, str) or not text.strip():
        raise _refusal('Field "text" must be a non-empty String')
    if data is None and url is None:
        raise _refusal("the sandbox supports buttons with callback_data or url only")
    if data is not None and url is not None:
        raise bad_request("BUTTON_TYPE_INVALID")
    if data is not None and not _is_callback_data(data):
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not str(url).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    style = value.get("style")
    return Button(text, data, url, style if style in _STYLES else None)


def _is_callback_data(data: object) -> bool:
    return isinstance(data, str) and 0 < len(data.encode()) <= MAX_CALLBACK_DATA_BYTES


def _refusal(reason: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {reason}")
