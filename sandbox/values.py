"""Users, chats, messages and all else that Telegram talks about, as immutable values."""

from dataclasses import dataclass, field
from typing import Literal

ChatType = Literal["private", "supergroup", "channel"]
BotStatus = Literal["administrator", "member", "left", "kicked"]


@dataclass(frozen=True, slots=True)
class User:
    """A member, or the bot itself."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False

    @property
    def full_name(self) -> str:
        """The name as chats show it."""
        return f"{self.first_name} {self.last_name or ''}".strip()


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a forum; nobody may write in a closed one."""

    id: int
    name: str
    is_closed: bool = False


#: The topic that every forum has. Its messages and the calls that mean it name no thread.
GENERAL_ID = 1


@dataclass(frozen=True, slots=True)
class Chat:
    """A private chat (its id is the member's), a group or a channel; a forum has topics."""

    id: int
    type: ChatType
    title: str | None = None
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    topics: tuple[Topic, ...] = ()

    def topic(self, thread_id: int | None) -> Topic | None:
        """Return a topic of this forum, General for None; None when there is no such topic."""
        wanted = GENERAL_ID if thread_id is None else thread_id
        return next((one for one in self.topics if one.id == wanted), None)


@dataclass(frozen=True, slots=True)
class Origin:
    """The channel post that a message in the linked group is the automatic copy of."""

    chat: Chat
    message_id: int
    date: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A formatted stretch of text; offset and length count UTF-16 code units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None
    user: User | None = None


@dataclass(frozen=True, slots=True)
class FormattedText:
    """A text and its entities."""

    text: str = ""
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: it either calls back with data or opens a URL."""

    text: str
    callback_data: str | None = None
    url: str | None = None
    style: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Photo:
    """An uploaded picture."""

    file_id: str
    file_unique_id: str
    mime_type: str
    width: int
    height: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a chat; `sender` is None for a channel post, `text` is a photo's caption.

    `thread_id` is the topic in a forum, None for General.
    """

    chat: Chat
    message_id: int
    date: int
    sender: User | None
    formatted: FormattedText
    photo: Photo | None = None
    keyboard: Keyboard = ()
    reply_to: "Message | None" = None
    edit_date: int | None = None
    by_bot: bool = False
    thread_id: int | None = None
    origin: Origin | None = None

    @property
    def text(self) -> str:
        """The plain text, or the photo's caption."""
        return self.formatted.text

    @property
    def buttons(self) -> tuple[Button, ...]:
        """All inline buttons, row after row."""
        return tuple(button for row in self.keyboard for button in row)

    def button(self, text: str) -> Button:
        """Return the first inline button whose label contains the text; LookupError if none."""
        for button in self.buttons:
            if text in button.text:
                return button
        labels = [button.text for button in self.buttons]
        raise LookupError(f"No button says {text!r}; there are {labels}.")


@dataclass(frozen=True, slots=True)
class CallbackQuery:
    """A member's press of an inline button."""

    id: str
    member: User
    chat: Chat
    message_id: int
    data: str


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The bot's answer to a press."""

    number: int
    query: CallbackQuery
    text: str
    show_alert: bool
    url: str | None
