"""`sendMessage`, `sendPhoto`, `sendDocument`, `sendChatAction`."""

from dataclasses import replace

from sandbox.chats import ChatState
from sandbox.errors import bad_request
from sandbox.formatting.entities import utf16_length
from sandbox.methods.base import Backend, find_writable_chat, method
from sandbox.methods.content import parse_keyboard, parse_photo, read_caption, read_text
from sandbox.parameters import Parameters, Upload
from sandbox.serializers import message_json
from sandbox.values import GENERAL_ID, FormattedText, Message, Photo

_ATTACHED = "attach://"
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method("sendMessage")
async def send_message(backend: Backend, parameters: Parameters) -> object:
    """Send a text."""
    chat_state = find_writable_chat(backend, parameters)
    text = read_text(backend, parameters)
    return message_json(_send(backend, chat_state, parameters, text))


@method("sendPhoto")
async def send_photo(backend: Backend, parameters: Parameters) -> object:
    """Send an uploaded picture, or one sent before by its `file_id`."""
    chat_state = find_writable_chat(backend, parameters)
    photo = _photo(backend, parameters)
    caption = read_caption(backend, parameters)
    message = _send(backend, chat_state, parameters, caption, photo)
    backend.state.photos[photo.file_unique_id] = photo
    return message_json(message)


@method("sendDocument")
async def send_document(backend: Backend, parameters: Parameters) -> object:
    """Send an uploaded file; the page shows its name and size above the caption."""
    chat_state = find_writable_chat(backend, parameters)
    value = parameters.get("document")
    if isinstance(value, str) and value.startswith(_ATTACHED):
        value = parameters.get(value.removeprefix(_ATTACHED))
    if not isinstance(value, Upload):
        raise bad_request("there is no document in the request; the sandbox takes uploads only")
    if not value.content:
        raise bad_request("file must be non-empty")
    caption = read_caption(backend, parameters)
    shown = f"📎 {value.filename} ({len(value.content)} B)\n"
    moved = tuple(replace(one, offset=one.offset + utf16_length(shown)) for one in caption.entities)
    content = replace(caption, text=shown + caption.text, entities=moved)
    return message_json(_send(backend, chat_state, parameters, content))


@method("sendChatAction")
async def send_chat_action(backend: Backend, parameters: Parameters) -> object:
    """Accept a "typing…"; the page does not show it."""
    find_writable_chat(backend, parameters)
    if parameters.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def _send(
    backend: Backend,
    chat_state: ChatState,
    parameters: Parameters,
    content: FormattedText,
    photo: Photo | None = None,
) -> Message:
    """Add the bot's message, in the topic that the call names or the replied message is in."""
    keyboard = parse_keyboard(parameters)
    replied = _replied_message(chat_state, parameters)
    message = backend.state.add_message(
        chat_state,
        backend.state.bot,
        content,
        photo=photo,
        keyboard=keyboard,
        reply_to=replied,
        by_bot=True,
        thread_id=_thread_id(chat_state, parameters, replied),
    )
    backend.state.copy_to_comments(chat_state, message)
    return message


def _thread_id(
    chat_state: ChatState, parameters: Parameters, replied: Message | None
) -> int | None:
    asked = parameters.integer("message_thread_id", 0)
    if not chat_state.chat.topics:
        return None
    # A call that means General names no thread; by its number it is not found.
    if asked and (asked == GENERAL_ID or chat_state.chat.topic(asked) is None):
        raise bad_request("message thread not found")
    thread_id = asked or (replied.thread_id if replied else None)
    topic = chat_state.chat.topic(thread_id)
    if topic and topic.is_closed:
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def _replied_message(chat_state: ChatState, parameters: Parameters) -> Message | None:
    reply = parameters.nested("reply_parameters", "reply parameters")
    reply = Parameters(reply) if isinstance(reply, dict) else Parameters({})
    # The older spelling of the same parameter, still accepted by Telegram.
    message_id = reply.integer("message_id", parameters.integer("reply_to_message_id", 0))
    if message_id == 0:
        return None
    lenient = reply.flag("allow_sending_without_reply")
    message = chat_state.messages.get(message_id)
    if message is None and not lenient:
        raise bad_request("message to be replied not found")
    return message


def _photo(backend: Backend, parameters: Parameters) -> Photo:
    value = parameters.get("photo")
    if isinstance(value, str) and value.startswith(_ATTACHED):
        value = parameters.get(value.removeprefix(_ATTACHED))
    if isinstance(value, Upload):
        return parse_photo(value.content)
    if not value:
        raise bad_request("there is no photo in the request")
    for photo in backend.state.photos.values():
        if photo.file_id == value:
            return photo
    raise bad_request("wrong file identifier specified; the sandbox fetches no HTTP URLs")
