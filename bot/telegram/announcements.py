"""Announcements in groups: several members' in one message that grows, or a day's in a digest.

Telegram takes 20 messages a minute in a group, and newcomers come together. What a message shows is
remembered for a while by the process that has written it; without that memory, after a restart or
on another replica, an announcement is a message of its own.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from aiogram.methods import EditMessageText, TelegramMethod
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Message,
)
from aiogram.utils.i18n import I18n
from pydantic import PrivateAttr

from bot.gamification.chats import ChatBook
from bot.gamification.context import EconomyContext
from bot.gamification.digests import take_digest
from bot.gamification.types import AnnouncementMode
from bot.telegram.i18n import locale_for
from bot.telegram.keyboards import MOST_BUTTONS
from bot.telegram.methods import Notice
from bot.telegram.signing import unsigned
from bot.telegram.texts import chats as texts
from bot.telegram.texts.formatting import LONGEST_TEXT, shown_length
from bot.telegram.texts.rewards import BULLET

Rows = Sequence[Sequence[InlineKeyboardButton]]

#: Seconds after its last growth in which an announcement may grow, and so many more where the next
#: one is about the same message.
WINDOW: Final = 60.0
SAME_MESSAGE: Final = 600.0


class JoinedEdit(EditMessageText):
    """An edit by which a notice joins an announcement."""


class ClaimedEdit(EditMessageText):
    """An edit that takes away the button of a claimed reward, from what the message shows then."""

    _data: str = PrivateAttr("")
    _line: str = PrivateAttr("")

    def take(self, data: str, line: str) -> None:
        """Say which button goes, and what stands for the reward from now on."""
        self._data, self._line = data, line

    def applied_to(self, text: str, rows: Rows) -> "ClaimedEdit | None":
        """Return the edit of a message that shows this, None where the button is gone already."""
        places = [one.callback_data for row in rows for one in row]
        if self._data not in places:
            return None
        left = [[one for one in row if one.callback_data != self._data] for row in rows]
        update = {
            "text": _with_line(text, places.index(self._data), self._line),
            "reply_markup": _markup([row for row in left if row]),
        }
        return self.model_copy(update=update)


def edit_claimed(message: MaybeInaccessibleMessage, data: str, line: str) -> list[ClaimedEdit]:
    """Return the edit that takes the button with `data` away, and puts `line` for its reward.

    Nothing where the bot cannot see the message any more, or the message has no such button.
    """
    if not isinstance(message, Message) or message.reply_markup is None:
        return []
    edit = ClaimedEdit(chat_id=message.chat.id, message_id=message.message_id, text="")
    edit.take(data, line)
    shown = edit.applied_to(message.html_text, list(_unsigned(message.reply_markup)))
    return [shown] if shown else []


@dataclass(slots=True)
class _Shown:
    """What a message shows, in which topic, about which message, and when it last changed."""

    text: str
    rows: Rows
    thread_id: int | None
    about: int | None
    changed_at: float
    may_grow: bool = True

    def takes(self, notice: Notice, now: float) -> bool:
        """Return whether a notice belongs here, and there is room for it."""
        about = _about(notice)
        is_same = about is not None and about == self.about
        age, rows = now - self.changed_at, [*self.rows, *_rows(notice.reply_markup)]
        return (
            self.may_grow
            and (is_same or (age <= WINDOW and notice.message_thread_id == self.thread_id))
            and sum(map(len, rows)) <= MOST_BUTTONS
            and shown_length(self.text) + shown_length(notice.text) < LONGEST_TEXT
        )


class Announcements:
    """What announcements show that this process has written lately."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds."""
        self._clock = clock
        self._shown: dict[tuple[object, object], _Shown] = {}

    def method_for(self, method: TelegramMethod[Any]) -> TelegramMethod[Any] | None:
        """Return what to call for `method`; None when it would change nothing."""
        if isinstance(method, ClaimedEdit):
            shown = self._shown.get((method.chat_id, method.message_id))
            return method.applied_to(shown.text, shown.rows) if shown else method
        if not _is_announcement(method):
            return method
        now = self._clock()
        for (chat_id, message_id), shown in reversed(self._shown.items()):
            if chat_id == method.chat_id and shown.takes(method, now):
                return JoinedEdit(
                    chat_id=method.chat_id,
                    message_id=message_id,
                    text=f"{shown.text}\n\n{method.text}",
                    reply_markup=_markup([*shown.rows, *_rows(method.reply_markup)]),
                )
        return method

    def shown(self, method: TelegramMethod[Any], result: object) -> None:
        """Take note of what `method`, which has been carried out, has left to be seen."""
        now = self._clock()
        for key in [key for key, one in self._shown.items() if now - one.changed_at > SAME_MESSAGE]:
            del self._shown[key]
        if isinstance(method, (ClaimedEdit, JoinedEdit)):
            key = method.chat_id, method.message_id
            shown = self._shown.setdefault(key, _Shown("", (), None, None, now, may_grow=False))
            shown.text, shown.rows = method.text or "", _rows(method.reply_markup)
            if isinstance(method, JoinedEdit):
                shown.changed_at = now
        elif _is_announcement(method) and isinstance(result, Message):
            self._shown[method.chat_id, result.message_id] = _Shown(
                method.text,
                _rows(method.reply_markup),
                method.message_thread_id,
                _about(method),
                now,
            )

    def forget(self, method: TelegramMethod[Any] | None) -> bool:
        """Return whether `method` was an edit by which a notice joined what cannot be edited."""
        if not isinstance(method, (ClaimedEdit, JoinedEdit)):
            return False
        self._shown.pop((method.chat_id, method.message_id), None)
        return isinstance(method, JoinedEdit)


def _is_announcement(method: TelegramMethod[Any]) -> TypeGuard[Notice]:
    """Return whether a member is told something in a group; a digest is nobody's own."""
    if not isinstance(method, Notice) or method.member_id is None:
        return False
    return isinstance(method.chat_id, int) and method.chat_id < 0


def _about(notice: Notice) -> int | None:
    return notice.reply_parameters.message_id if notice.reply_parameters else None


def _rows(markup: object) -> Rows:
    return markup.inline_keyboard if isinstance(markup, InlineKeyboardMarkup) else ()


def _markup(rows: Rows) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup(inline_keyboard=list(map(list, rows))) if rows else None


def _unsigned(markup: InlineKeyboardMarkup) -> Iterator[list[InlineKeyboardButton]]:
    for row in markup.inline_keyboard:
        yield [
            one.model_copy(update={"callback_data": unsigned(one.callback_data or "")})
            for one in row
        ]


def _with_line(text: str, number: int, line: str) -> str:
    """Put `line` in the place of the reward whose button is the one with that number.

    Each button has its bullet, in the same order: a button that goes takes its bullet along.
    """
    lines = text.split("\n")
    bullets = [at for at, one in enumerate(lines) if one.startswith(BULLET)]
    if number < len(bullets):
        lines[bullets[number]] = line
    else:
        lines.append(line)
    return "\n".join(lines)


async def make_digest(
    economy: EconomyContext, chats: ChatBook, i18n: I18n, chat_id: int
) -> list[Notice]:
    """Return the messages with a chat's digest, to be stored in this transaction.

    None at all when another process has made it, or nobody wants to hear of the chat any more.
    """
    digest = await take_digest(economy, chat_id)
    chat = await chats.get(economy.connection, chat_id)
    if digest is None or chat is None or chat.announcements is AnnouncementMode.OFF:
        return []
    if chat.has_left or not chats.is_allowed(chat):
        return []
    spoken = Counter(locale_for(i18n, line.language) for line in digest.lines)
    ((locale, _),) = spoken.most_common(1)
    with i18n.context(), i18n.use_locale(locale):
        said = texts.digest(digest.lines)
    thread_id = digest.thread_id
    return [Notice(chat_id=chat_id, message_thread_id=thread_id, text=text) for text in said]
