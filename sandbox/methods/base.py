"""The registry of Bot API methods, and the lookup of chats and messages that a call means."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sandbox.chats import ChatState
from sandbox.command_menu import CommandMenu
from sandbox.errors import bad_request, forbidden
from sandbox.parameters import Parameters
from sandbox.state import State
from sandbox.updates import LongPolling, UpdateQueue
from sandbox.values import Message
from sandbox.webhook import Webhook


@dataclass(frozen=True, slots=True)
class Backend:
    """Everything that methods work on."""

    state: State
    queue: UpdateQueue
    polling: LongPolling
    webhook: Webhook
    menu: CommandMenu
    descriptions: dict[tuple[str, str], str] = field(default_factory=dict)


Handler = Callable[[Backend, Parameters], Awaitable[object]]
# Method names are case-insensitive: lower-case name to (documented name, handler).
METHODS: dict[str, tuple[str, Handler]] = {}


def method(name: str) -> Callable[[Handler], Handler]:
    """Register a function as a Bot API method; it returns the call's `result`."""

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = (name, handler)
        return handler

    return register


def find_chat(backend: Backend, parameters: Parameters) -> ChatState:
    """Return the chat of `chat_id`, an id or the @username of a public chat."""
    reference = parameters.text("chat_id").strip()
    if not reference:
        raise bad_request("chat_id is empty")
    find = _public if reference.startswith("@") else _by_id
    chat_state = find(backend, reference)
    if chat_state is None:
        raise bad_request("chat not found")
    return chat_state


def find_writable_chat(backend: Backend, parameters: Parameters) -> ChatState:
    """Return the chat of `chat_id` if the bot may write there, else raise a 403."""
    chat_state = find_chat(backend, parameters)
    private = chat_state.chat.type == "private"
    if chat_state.bot_status == "left":
        raise forbidden(
            "bot can't initiate conversation with a user"
            if private
            else f"bot is not a member of the {chat_state.chat.type} chat"
        )
    if chat_state.bot_status == "kicked":
        raise forbidden(
            "bot was blocked by the user"
            if private
            else f"bot was kicked from the {chat_state.chat.type} chat"
        )
    if chat_state.chat.type == "channel" and not chat_state.bot_is_admin:
        raise bad_request("need administrator rights in the channel chat")
    return chat_state


def find_message(chat_state: ChatState, parameters: Parameters, purpose: str) -> Message:
    """Return the message of `message_id`; 400 "message to <purpose> not found" without it."""
    message_id = parameters.required_integer("message_id", "message identifier is not specified")
    try:
        return chat_state.messages[message_id]
    except KeyError:
        raise bad_request(f"message to {purpose} not found") from None


def _by_id(backend: Backend, reference: str) -> ChatState | None:
    try:
        return backend.state.chats.get(int(reference))
    except ValueError:
        return None


def _public(backend: Backend, reference: str) -> ChatState | None:
    public = (one for one in backend.state.chats.values() if one.chat.type != "private")
    return next((one for one in public if f"@{one.chat.username}" == reference), None)
