"""The content of the chat page, as JSON."""

from sandbox.chats import ChatState
from sandbox.command_menu import CommandMenu
from sandbox.reactions import PICKER
from sandbox.serializers import Json, entity_json, keyboard_json
from sandbox.stage import Stage
from sandbox.state import State
from sandbox.updates import LongPolling
from sandbox.values import GENERAL_ID, Chat, Message, User
from sandbox.webhook import Webhook

SHOWN_MESSAGES = 200
SHOWN_NOTICES = 20


class PageView:
    """Chats and members as a member sees them."""

    def __init__(
        self,
        state: State,
        menu: CommandMenu,
        polling: LongPolling,
        webhook: Webhook,
        stage: Stage | None = None,
    ) -> None:
        self._state = state
        self._menu = menu
        self._polling = polling
        self._webhook = webhook
        self._stage = stage

    def members(self) -> Json:
        """Return the members that one can be, the bot, and the reactions to choose from."""
        return {
            "bot": {"id": self._state.bot.id, "name": self._state.bot.full_name},
            "members": [self._member(member) for member in self._state.members],
            "picker": list(PICKER),
        }

    def chat(self, member: User, chat: Chat) -> Json:
        """Return a chat as a member sees it, and what surrounds it."""
        chat_state = self._state.chat_state(chat)
        menu = self._menu.shown_to(chat, member.language_code)
        return {
            "version": self._state.changes.version,
            "now": self._state.now(),
            **self._on_stage(),
            "connection": self._connection(),
            "members": [self._member(one) for one in self._state.members],
            "chats": [self._chat(member, one) for one in self._chats_of(member)],
            "chat": self._chat(member, chat_state),
            "messages": [_message(member, chat_state, one) for one in self._latest(chat_state)],
            "commands": [command.to_json() for command in menu],
            "notices": self._notices(member),
            "unanswered": [
                query.id for query in self._state.open_queries.values() if query.member == member
            ],
            "last_query": self._state.last_query_id,
        }

    def _on_stage(self) -> Json:
        stage = self._stage
        return {
            "days_ahead": stage.clock.days_ahead if stage else 0,
            "may_move_clock": stage is not None,
            "may_reset": stage is not None and stage.forget is not None,
            "reset_target": stage.forgotten if stage else "",
        }

    def _connection(self) -> str:
        if self._webhook.url:
            return "webhook"
        return "polling" if self._polling.is_connected else "none"

    def _chats_of(self, member: User) -> list[ChatState]:
        private = self._state.chats[member.id]
        chats = (one for one in self._state.chats.values() if one.chat.type != "private")
        return [private, *chats]

    def _latest(self, chat_state: ChatState) -> tuple[Message, ...]:
        return self._state.messages(chat_state.chat)[-SHOWN_MESSAGES:]

    def _chat(self, member: User, chat_state: ChatState) -> Json:
        private, channel = chat_state.chat.type == "private", chat_state.chat.type == "channel"
        last = next(reversed(chat_state.messages.values()), None)
        return {
            "id": chat_state.chat.id,
            "type": chat_state.chat.type,
            "title": self._state.bot.full_name if private else chat_state.chat.title,
            "size": len(chat_state.members),
            "bot_status": chat_state.bot_status,
            "may_write": not channel or chat_state.owner == member,
            "topics": [
                {"id": one.id, "name": one.name, "closed": one.is_closed}
                for one in chat_state.chat.topics
            ],
            "last": _preview(last) if last else "",
            "last_id": last.message_id if last else 0,
            "date": last.date if last else 0,
        }

    def _member(self, member: User) -> Json:
        return {
            "id": member.id,
            "name": member.full_name,
            "username": member.username,
            "language": member.language_code,
            "opened": self._state.chats[member.id].bot_status != "left",
        }

    def _notices(self, member: User) -> list[Json]:
        answers = [one for one in self._state.answers.values() if one.query.member == member]
        return [
            {"number": one.number, "text": one.text, "alert": one.show_alert}
            for one in answers[-SHOWN_NOTICES:]
            if one.text
        ]


def _preview(message: Message) -> str:
    text = message.text.replace("\n", " ")[:80]
    return f"🖼 {text or 'Foto'}" if message.photo else text


def _message(member: User, chat_state: ChatState, message: Message) -> Json:
    mine = chat_state.reactions.get(message.message_id, {}).get(member.id, ())
    counts = chat_state.reaction_counts(message.message_id)
    reply = message.reply_to
    return {
        "id": message.message_id,
        "author": _author(message),
        "author_id": _author_id(message),
        "by_bot": message.by_bot,
        "topic": message.thread_id or GENERAL_ID,
        "forwarded": message.origin is not None,
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
    if message.origin:
        return message.origin.chat.title
    return message.sender.full_name if message.sender else message.chat.title


def _author_id(message: Message) -> int:
    if message.origin:
        return message.origin.chat.id
    return message.sender.id if message.sender else message.chat.id


def _photo(message: Message) -> Json | None:
    if not message.photo:
        return None
    return {
        "url": f"/sandbox/photos/{message.photo.file_unique_id}",
        "width": message.photo.width,
        "height": message.photo.height,
    }
