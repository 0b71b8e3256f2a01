"""`editMessageText`, `editMessageCaption`, `editMessageReplyMarkup`, `deleteMessage(s)`."""

from dataclasses import replace

from sandbox.chats import ChatState
from sandbox.errors import bad_request
from sandbox.methods.base import Backend, find_message, find_writable_chat, method
from sandbox.methods.content import parse_keyboard, read_caption, read_text
from sandbox.parameters import Parameters
from sandbox.serializers import message_json
from sandbox.values import Message

MAX_AT_ONCE = 100
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


@method("editMessageText")
async def edit_message_text(backend: Backend, parameters: Parameters) -> object:
    """Change a text; without `reply_markup` its keyboard goes."""
    chat_state, message = _editable(backend, parameters)
    if message.photo:
        raise bad_request("there is no text in the message to edit")
    text, keyboard = read_text(backend, parameters), parse_keyboard(parameters)
    return _save(backend, chat_state, message, replace(message, formatted=text, keyboard=keyboard))


@method("editMessageCaption")
async def edit_message_caption(backend: Backend, parameters: Parameters) -> object:
    """Change a photo's caption; without `reply_markup` its keyboard goes."""
    chat_state, message = _editable(backend, parameters)
    if not message.photo:
        raise bad_request("there is no caption in the message to edit")
    text, keyboard = read_caption(backend, parameters), parse_keyboard(parameters)
    return _save(backend, chat_state, message, replace(message, formatted=text, keyboard=keyboard))


@method("editMessageReplyMarkup")
async def edit_message_reply_markup(backend: Backend, parameters: Parameters) -> object:
    """Change the keyboard of an own message, or of any post in a channel."""
    chat_state, message = _editable(backend, parameters)
    return _save(
        backend, chat_state, message, replace(message, keyboard=parse_keyboard(parameters))
    )


@method("deleteMessage")
async def delete_message(backend: Backend, parameters: Parameters) -> object:
    """Delete one message."""
    chat_state = find_writable_chat(backend, parameters)
    message = find_message(chat_state, parameters, "delete")
    if not _may_delete(chat_state, message):
        raise bad_request("message can't be deleted")
    chat_state.delete_message(message.message_id)
    backend.state.changes.notify()
    return True


@method("deleteMessages")
async def delete_messages(backend: Backend, parameters: Parameters) -> object:
    """Delete up to 100 messages; those that are not there are skipped."""
    chat_state = find_writable_chat(backend, parameters)
    ids = parameters.nested("message_ids", "message identifiers")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_AT_ONCE:
        raise bad_request("1 to 100 message identifiers must be specified")
    for message in [chat_state.messages[one] for one in ids if one in chat_state.messages]:
        if _may_delete(chat_state, message):
            chat_state.delete_message(message.message_id)
    backend.state.changes.notify()
    return True


def _editable(backend: Backend, parameters: Parameters) -> tuple[ChatState, Message]:
    if parameters.text("inline_message_id"):
        raise bad_request("the sandbox has no inline messages")
    chat_state = find_writable_chat(backend, parameters)
    message = find_message(chat_state, parameters, "edit")
    if not message.by_bot and chat_state.chat.type != "channel":
        raise bad_request("message can't be edited")
    return chat_state, message


def _save(backend: Backend, chat_state: ChatState, before: Message, after: Message) -> object:
    if after == before:
        raise bad_request(_NOT_MODIFIED)
    if after.formatted != before.formatted:
        after = replace(after, edit_date=backend.state.now())
    return message_json(backend.state.replace_message(chat_state, after))


def _may_delete(chat_state: ChatState, message: Message) -> bool:
    return message.by_bot or chat_state.chat.type == "private" or chat_state.bot_is_admin
