"""Updates in the shape of the Bot API, for feeding a dispatcher by hand."""

import time
from itertools import count
from typing import Any

from aiogram.types import ChatMemberAdministrator, Update

BOT = {"id": 42, "is_bot": True, "first_name": "Besitos"}
GROUP: dict[str, Any] = {"id": -100, "type": "supergroup", "title": "Club"}
CHANNEL: dict[str, Any] = {"id": -200, "type": "channel", "title": "Noticias"}
_numbers = count(1)


def user(user_id: int, **fields: object) -> dict[str, Any]:
    """Return a person, Spanish unless told otherwise."""
    member = {"id": user_id, "is_bot": False, "first_name": f"Member {user_id}"}
    return {**member, "language_code": "es", **fields}


def reaction(
    message_id: int, who: dict[str, Any] | None, emoji: str | None = "👍", **fields: object
) -> Update:
    """Return a reaction in the group; without `who` it is an anonymous administrator's."""
    actor = {"user": who} if who else {"actor_chat": GROUP}
    new = [{"type": "emoji", "emoji": emoji}] if emoji else []
    change = {"old_reaction": [], "new_reaction": new}
    where = {"chat": GROUP, "message_id": message_id, "date": int(time.time())}
    return _update("message_reaction", {**where, **change, **actor, **fields})


def command(text: str, who: dict[str, Any], **fields: object) -> Update:
    """Return a command in a private chat."""
    chat = {"id": who["id"], "type": "private", "first_name": who["first_name"]}
    entity = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    date = int(time.time())
    message = {"message_id": 1, "date": date, "chat": chat, "from": who, "text": text}
    return _update("message", {**message, "entities": [entity], **fields})


def written(text: str, who: dict[str, Any], message_id: int = 1, **fields: object) -> Update:
    """Return a message in the group."""
    message = {"message_id": message_id, "date": int(time.time()), "chat": GROUP, "from": who}
    return _update("message", {**message, "text": text, **fields})


def post(message_id: int = 1, **fields: object) -> Update:
    """Return a post in the channel, a text unless told otherwise."""
    message = {"message_id": message_id, "date": int(time.time()), "chat": CHANNEL}
    content = {} if fields.keys() & {"photo", "new_chat_title"} else {"text": "novedades"}
    return _update("channel_post", {**message, "sender_chat": CHANNEL, **content, **fields})


def copied(message_id: int, post_id: int) -> Update:
    """Return the copy of a channel post that Telegram forwards into the group."""
    origin = {"type": "channel", "chat": CHANNEL, "message_id": post_id, "date": int(time.time())}
    forwarder = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    fields = {"sender_chat": CHANNEL, "is_automatic_forward": True, "forward_origin": origin}
    return written("novedades", forwarder, message_id, **fields)


def press(data: str, who: dict[str, Any], message: dict[str, Any] | None) -> Update:
    """Return a press on a button under `message`, None for one that nobody sees any more."""
    query = {"id": "1", "from": who, "chat_instance": "1", "data": data}
    return _update("callback_query", query | ({"message": message} if message else {}))


def membership(
    kind: str,
    who: dict[str, Any],
    before: str,
    after: str,
    *,
    chat: dict[str, Any] = GROUP,
    by: dict[str, Any] | None = None,
    **rights: object,
) -> Update:
    """Return a `my_chat_member` or `chat_member`: `who` was `before` and is `after` in a chat."""

    def member(status: str) -> dict[str, Any]:
        return {"status": status, "user": who, **_RIGHTS.get(status, {})}

    new = member(after) | rights
    change = {"old_chat_member": member(before), "new_chat_member": new}
    return _update(kind, {"chat": chat, "from": by or who, "date": int(time.time()), **change})


_ADMIN = [
    name
    for name, field in ChatMemberAdministrator.model_fields.items()
    if field.is_required() and field.annotation is bool
]
_RIGHTS: dict[str, dict[str, Any]] = {
    "administrator": dict.fromkeys(_ADMIN, False),
    "kicked": {"until_date": 0},
}


def too_old(message_id: int, chat: dict[str, Any] = GROUP) -> dict[str, Any]:
    """Return a message that Telegram does not show to the bot any more."""
    return {"chat": chat, "message_id": message_id, "date": 0}


def showing(
    data: str | None,
    chat: dict[str, Any] = GROUP,
    *,
    sender: dict[str, Any] = BOT,
    **fields: object,
) -> dict[str, Any]:
    """Return a message, the bot's unless told otherwise, with one button or none."""
    message = {"message_id": 1, "date": 1_772_000_000, "chat": chat, "from": sender, "text": "x"}
    button = {"text": "x", "callback_data": data}
    markup = {"reply_markup": {"inline_keyboard": [[button]]}} if data else {}
    return {**message, **markup, **fields}


def _update(kind: str, payload: dict[str, Any]) -> Update:
    return Update.model_validate({"update_id": next(_numbers), kind: payload})
