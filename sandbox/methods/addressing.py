"""Finds the chats and messages that a call means."""

from sandbox.errors import bad_request, forbidden
from sandbox.methods.registry import Backend
from sandbox.parameters import Parameters
from sandbox.rooms import Room
from sandbox.values import Message


def find_room(backend: Backend, parameters: Parameters) -> Room:
    """Return the room of `chat_id`, an id or the @username of a public chat."""
    reference = parameters.text("chat_id").strip()
    if not reference:
        raise bad_request("chat_id is empty")
    room = _public(backend, reference) if reference.startswith("@") else _by_id(backend, reference)
    if room is None:
        raise bad_request("chat not found")
    return room


def find_writable_room(backend: Backend, parameters: Parameters) -> Room:
    """Return the room of `chat_id` if the bot may write there, else raise a 403."""
    room = find_room(backend, parameters)
    private = room.chat.type == "private"
    if room.bot_status == "left":
        raise forbidden(
            "bot can't initiate conversation with a user"
            if private
            else f"bot is not a member of the {room.chat.type} chat"
        )
    if room.bot_status == "kicked":
        raise forbidden(
            "bot was blocked by the user"
            if private
            else f"bot was kicked from the {room.chat.type} chat"
        )
    if room.chat.type == "channel" and not room.bot_is_admin:
        raise bad_request("need administrator rights in the channel chat")
    return room


def find_message(room: Room, parameters: Parameters, purpose: str) -> Message:
    """Return the message of `message_id`; 400 "message to <purpose> not found" without it."""
    message_id = parameters.required_integer("message_id", "message identifier is not specified")
    try:
        return room.messages[message_id]
    except KeyError:
        raise bad_request(f"message to {purpose} not found") from None


def _by_id(backend: Backend, reference: str) -> Room | None:
    try:
        return backend.world.rooms.get(int(reference))
    except ValueError:
        return None


def _public(backend: Backend, reference: str) -> Room | None:
    public = (room for room in backend.world.rooms.values() if room.chat.type != "private")
    return next((room for room in public if f"@{room.chat.username}" == reference), None)
