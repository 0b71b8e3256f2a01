"""`getChat`, `getChatMember`, `getChatAdministrators`, `getChatMemberCount`."""

from sandbox.errors import bad_request
from sandbox.methods.addressing import find_room
from sandbox.methods.registry import Backend, method
from sandbox.parameters import Parameters
from sandbox.rooms import Room
from sandbox.shapes import Json, bot_member_json, chat_json, user_json
from sandbox.values import User


@method("getChat")
async def get_chat(backend: Backend, parameters: Parameters) -> object:
    """Return a `ChatFullInfo`."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return chat_json(find_room(backend, parameters).chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


@method("getChatMember")
async def get_chat_member(backend: Backend, parameters: Parameters) -> object:
    """Return the `ChatMember` of any status."""
    room = find_room(backend, parameters)
    user_id = parameters.required_integer("user_id", "invalid user_id specified")
    if user_id == backend.world.bot.id:
        return bot_member_json(backend.world.bot, room.bot_status)
    member = backend.world.find_member(user_id)
    if member is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return _member_json(room, member)


@method("getChatAdministrators")
async def get_chat_administrators(backend: Backend, parameters: Parameters) -> object:
    """Return the owner and, where it is one, the bot."""
    room = find_room(backend, parameters)
    if room.chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    owner = [_member_json(room, room.owner)] if room.owner else []
    bot = [bot_member_json(backend.world.bot, room.bot_status)] if room.bot_is_admin else []
    return owner + bot


@method("getChatMemberCount")
async def get_chat_member_count(backend: Backend, parameters: Parameters) -> object:
    """Count the members, the bot included."""
    room = find_room(backend, parameters)
    return len(room.members) + (room.bot_status in {"administrator", "member"})


def _member_json(room: Room, member: User) -> Json:
    if member == room.owner:
        return {"status": "creator", "user": user_json(member), "is_anonymous": False}
    status = "member" if member.id in room.members else "left"
    return {"status": status, "user": user_json(member)}
