"""What the chat page shows, as JSON."""

from sandbox.command_menu import CommandMenu
from sandbox.emoji import PICKER
from sandbox.long_polling import LongPolling
from sandbox.rooms import Room
from sandbox.shapes import Json, entity_json, keyboard_json
from sandbox.values import Chat, Message, User
from sandbox.waiting import Waiting
from sandbox.webhook import Webhook

SHOWN_MESSAGES = 200
SHOWN_NOTICES = 20


class PageView:
    """Looks at the world with a member's eyes."""

    def __init__(
        self, world: Waiting, menu: CommandMenu, polling: LongPolling, webhook: Webhook
    ) -> None:
        self._world = world
        self._menu = menu
        self._polling = polling
        self._webhook = webhook

    def cast(self) -> Json:
        """Return who one can be, and the bot."""
        return {
            "bot": {"id": self._world.bot.id, "name": self._world.bot.full_name},
            "members": [_member(member) for member in self._world.members],
            "picker": list(PICKER),
        }

    def chat(self, member: User, chat: Chat) -> Json:
        """Return a chat as a member sees it, and what surrounds it."""
        room = self._world.room(chat)
        menu = self._menu.shown_to(chat, member.language_code)
        return {
            "version": self._world.changes.version,
            "connection": self._connection(),
            "members": [_member(one) for one in self._world.members],
            "chats": [self._chat(member, one) for one in self._rooms_of(member)],
            "chat": self._chat(member, room),
            "messages": [_message(member, room, one) for one in self._latest(room)],
            "commands": [command.to_json() for command in menu],
            "notices": self._notices(member),
            "unanswered": [
                query.id for query in self._world.open_queries.values() if query.member == member
            ],
            "last_query": self._world.last_query_id,
        }

    def _connection(self) -> str:
        if self._webhook.url:
            return "webhook"
        return "polling" if self._polling.is_connected else "none"

    def _rooms_of(self, member: User) -> list[Room]:
        private = self._world.rooms[member.id]
        rooms = (room for room in self._world.rooms.values() if room.chat.type != "private")
        return [private, *rooms]

    def _latest(self, room: Room) -> tuple[Message, ...]:
        return self._world.messages(room.chat)[-SHOWN_MESSAGES:]

    def _chat(self, member: User, room: Room) -> Json:
        private, channel = room.chat.type == "private", room.chat.type == "channel"
        last = next(reversed(room.messages.values()), None)
        return {
            "id": room.chat.id,
            "type": room.chat.type,
            "title": self._world.bot.full_name if private else room.chat.title,
            "size": len(room.members),
            "bot_status": room.bot_status,
            "may_write": not channel or room.owner == member,
            "last": _preview(last) if last else "",
            "last_id": last.message_id if last else 0,
            "date": last.date if last else 0,
        }

    def _notices(self, member: User) -> list[Json]:
        answers = [one for one in self._world.answers.values() if one.query.member == member]
        return [
            {"number": one.number, "text": one.text, "alert": one.show_alert}
            for one in answers[-SHOWN_NOTICES:]
            if one.text
        ]


def _member(member: User) -> Json:
    return {
        "id": member.id,
        "name": member.full_name,
        "username": member.username,
        "language": member.language_code,
    }


def _preview(message: Message) -> str:
    text = message.text.replace("\n", " ")[:80]
    return f"🖼 {text or 'Foto'}" if message.photo else text


def _message(member: User, room: Room, message: Message) -> Json:
    mine = room.reactions.get(message.message_id, {}).get(member.id, ())
    counts = room.reaction_counts(message.message_id)
    reply = message.reply_to
    return {
        "id": message.message_id,
        "author": _author(message),
        "author_id": message.sender.id if message.sender else message.chat.id,
        "by_bot": message.by_bot,
        "mine": message.sender == member,
        "text": message.text,
        "entities": [entity_json(entity) for entity in message.formatted.entities],
        "date": message.date,
        "edited": message.edit_date is not None,
        "keyboard": keyboard_json(message.keyboard),
        "photo": _photo(message),
        "reply": {"author": _author(reply), "text": _preview(reply)} if reply else None,
        "reactions": [
            {"emoji": emoji, "count": count, "mine": emoji in mine}
            for emoji, count in counts.items()
        ],
    }


def _author(message: Message) -> str | None:
    return message.sender.full_name if message.sender else message.chat.title


def _photo(message: Message) -> Json | None:
    if not message.photo:
        return None
    return {
        "url": f"/sandbox/photos/{message.photo.file_unique_id}",
        "width": message.photo.width,
        "height": message.photo.height,
    }
