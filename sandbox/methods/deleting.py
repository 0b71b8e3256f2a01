"""`deleteMessage`, `deleteMessages`."""

from sandbox.errors import bad_request
from sandbox.methods.addressing import find_message, find_writable_room
from sandbox.methods.registry import Backend, method
from sandbox.parameters import Parameters
from sandbox.rooms import Room
from sandbox.values import Message

MAX_AT_ONCE = 100


@method("deleteMessage")
async def delete_message(backend: Backend, parameters: Parameters) -> object:
    """Delete one message."""
    room = find_writable_room(backend, parameters)
    message = find_message(room, parameters, "delete")
    if not _may_delete(room, message):
        raise bad_request("message can't be deleted")
    room.forget(message.message_id)
    backend.world.changes.notify()
    return True


@method("deleteMessages")
async def delete_messages(backend: Backend, parameters: Parameters) -> object:
    """Delete up to 100 messages; those that are not there are skipped."""
    room = find_writable_room(backend, parameters)
    ids = parameters.nested("message_ids", "message identifiers")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MAX_AT_ONCE:
        raise bad_request("1 to 100 message identifiers must be specified")
    for message in [room.messages[one] for one in ids if one in room.messages]:
        if _may_delete(room, message):
            room.forget(message.message_id)
    backend.world.changes.notify()
    return True


def _may_delete(room: Room, message: Message) -> bool:
    return message.by_bot or room.chat.type == "private" or room.bot_is_admin
