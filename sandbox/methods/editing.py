"""`editMessageText`, `editMessageCaption`, `editMessageReplyMarkup`."""

from dataclasses import replace

from sandbox.errors import bad_request
from sandbox.keyboards import parse_keyboard
from sandbox.methods.addressing import find_message, find_writable_room
from sandbox.methods.content import read_caption, read_text
from sandbox.methods.registry import Backend, method
from sandbox.parameters import Parameters
from sandbox.rooms import Room
from sandbox.shapes import message_json
from sandbox.values import Message

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@method("editMessageText")
async def edit_message_text(backend: Backend, parameters: Parameters) -> object:
    """Change a text; without `reply_markup` its keyboard goes."""
    room, message = _editable(backend, parameters)
    if message.photo:
        raise bad_request("there is no text in the message to edit")
    text, keyboard = read_text(backend, parameters), parse_keyboard(parameters)
    return _save(backend, room, message, replace(message, formatted=text, keyboard=keyboard))


@method("editMessageCaption")
async def edit_message_caption(backend: Backend, parameters: Parameters) -> object:
    """Change a photo's caption; without `reply_markup` its keyboard goes."""
    room, message = _editable(backend, parameters)
    if not message.photo:
        raise bad_request("there is no caption in the message to edit")
    text, keyboard = read_caption(backend, parameters), parse_keyboard(parameters)
    return _save(backend, room, message, replace(message, formatted=text, keyboard=keyboard))


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(backend: Backend, parameters: Parameters) -> object:
    """Change the keyboard of an own message, or of any post in a channel."""
    room, message = _editable(backend, parameters)
    return _save(backend, room, message, replace(message, keyboard=parse_keyboard(parameters)))


def _editable(backend: Backend, parameters: Parameters) -> tuple[Room, Message]:
    if parameters.text("inline_message_id"):
        raise bad_request("the sandbox has no inline messages")
    room = find_writable_room(backend, parameters)
    message = find_message(room, parameters, "edit")
    if not message.by_bot and room.chat.type != "channel":
        raise bad_request("message can't be edited")
    return room, message


def _save(backend: Backend, room: Room, before: Message, after: Message) -> object:
    if after == before:
        raise bad_request(_NOT_MODIFIED)
    if after.formatted != before.formatted:
        after = replace(after, edit_date=backend.world.now())
    return message_json(backend.world.replace_message(room, after))
