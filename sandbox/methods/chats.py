"""`getChat`, `getChatMember`, `getChatAdministrators`, `getChatMemberCount`."""

from sandbox.chats import ChatState
from sandbox.errors import bad_request
from sandbox.methods.base import Backend, find_chat, method
from sandbox.parameters import Parameters
from sandbox.serializers import Json, bot_member_json, chat_json, user_json
from sandbox.values import User


@method("getChat")
async def get_chat(backend: Backend, parameters: Parameters) -> object:
    """Return a `ChatFullInfo`."""
    chat_state = find_chat(backend, parameters)
    linked = {} if chat_state.linked_id is None else {"linked_chat_id": chat_state.linked_id}
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return chat_json(chat_state.chat) | {
        **linked,
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


@method("getChatMember")
async def get_chat_member(backend: Backend, parameters: Parameters) -> object:
    """Return the `ChatMember` of any status."""
    chat_state = find_chat(backend, parameters)
    user_id = parameters.required_integer("user_id", "invalid user_id specified")
    if user_id == backend.state.bot.id:
        return bot_member_json(backend.state.bot, chat_state.bot_status)
    member = backend.state.find_member(user_id)
    if member is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return _member_json(chat_state, member)


@method("getChatAdministrators")
async def get_chat_administrators(backend: Backend, parameters: Parameters) -> object:
    """Return the owner and, where it is one, the bot."""
    chat_state = find_chat(backend, parameters)
    if chat_state.chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    owner = [_member_json(chat_state, chat_state.owner)] if chat_state.owner else []
    bot = (
        [bot_member_json(backend.state.bot, chat_state.bot_status)]
        if chat_state.bot_is_admin
        else []
    )
    return owner + bot


@method("getChatMemberCount")
async def get_chat_member_count(backend: Backend, parameters: Parameters) -> object:
    """Count the members, the bot included."""
    chat_state = find_chat(backend, parameters)
    return len(chat_state.members) + (chat_state.bot_status in {"administrator", "member"})


def _member_json(chat_state: ChatState, member: User) -> Json:
    if member == chat_state.owner:
        return {"status": "creator", "user": user_json(member), "is_anonymous": False}
    status = "member" if member.id in chat_state.members else "left"
    return {"status": status, "user": user_json(member)}
