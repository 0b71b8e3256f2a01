"""The MAC of a button: all that it covers, and the room for it."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from aiogram.methods import EditMessageText, SendMessage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.admin.rewards import Field, Flag
from bot.gamification.config import SETTINGS
from bot.gamification.types import AnnouncementMode, ConditionType, RewardType
from bot.telegram import keyboards
from bot.telegram.routers.admin import callbacks as admin_callbacks
from bot.telegram.routers.admin.keyboards import TIMEZONES
from bot.telegram.signing import is_signed, signed, signed_data, unsigned
from bot.telegram.texts.menu import LANGUAGES

TOKEN = "42:TEST"
DATA = st.text(st.characters(codec="utf-8", exclude_characters="."), max_size=55)
CHATS = st.integers(-(2**52), 2**52)
#: What the fields that are just text may hold.
WORDS: dict[type[CallbackData], Iterable[str]] = {
    keyboards.ChooseLanguage: LANGUAGES,
    admin_callbacks.ChatButton: list(AnnouncementMode),
    admin_callbacks.PickTimezone: TIMEZONES,
    admin_callbacks.SettingButton: SETTINGS,
    admin_callbacks.RewardButton: [*Field, *Flag],
    admin_callbacks.DraftButton: [*RewardType, *ConditionType, *Flag],
}
BUTTONS = [
    one
    for module in (keyboards, admin_callbacks)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, CallbackData) and one is not CallbackData
]


def longest(kind: type[CallbackData], name: str) -> Any:
    """Return the longest value that a field can have; a number has the database's 64 bits."""
    annotation = kind.model_fields[name].annotation
    assert annotation is not None
    if annotation is bool:
        return True
    if issubclass(annotation, Enum):
        return max(annotation, key=lambda one: len(str(one.value)))
    if annotation is str:
        return max(WORDS[kind], key=len)
    lowest = [getattr(one, "ge", 0) for one in kind.model_fields[name].metadata]
    if min(lowest, default=0) < 0:
        return min(lowest)
    bounds = [getattr(one, "le", 2**63 - 1) for one in kind.model_fields[name].metadata]
    return min(bounds, default=2**63 - 1)


@pytest.mark.parametrize("kind", BUTTONS, ids=lambda kind: kind.__name__)
def test_room(kind: type[CallbackData]) -> None:
    """With the longest ids that there can be, a signed button fits Telegram's 64 bytes."""
    button = kind(**{name: longest(kind, name) for name in kind.model_fields})

    data = signed_data(button.pack(), -(2**52), TOKEN)

    assert len(data.encode()) <= 64
    assert button == kind.unpack(unsigned(data))


@given(DATA, CHATS)
def test_signed(data: str, chat_id: int) -> None:
    """What we have signed for a chat is ours there, and without the MAC it is as it was."""
    put_there = signed_data(data, chat_id, TOKEN)

    assert (True, data) == (is_signed(put_there, chat_id, TOKEN), unsigned(put_there))
    assert put_there.isascii() == data.isascii()


@given(DATA, CHATS, st.data())
def test_made_up(data: str, chat_id: int, drawn: st.DataObject) -> None:
    """Neither other data, nor another chat, nor another bot's token, nor any guess will do."""
    put_there = signed_data(data, chat_id, TOKEN)
    other_data = drawn.draw(DATA.filter(lambda other: other != data))
    other_chat = drawn.draw(CHATS.filter(lambda other: other != chat_id))
    guess = drawn.draw(st.text(max_size=10).filter(lambda one: f"{data}.{one}" != put_there))
    mac = put_there.removeprefix(data)

    assert not is_signed(f"{other_data}{mac}", chat_id, TOKEN)
    assert not is_signed(put_there, other_chat, TOKEN)
    assert not is_signed(put_there, chat_id, "43:TEST")
    assert not is_signed(f"{data}.{guess}", chat_id, TOKEN)
    assert not is_signed(data, chat_id, TOKEN)


def test_same_everywhere() -> None:
    """All replicas and all starts agree: nothing but token, chat and data decides."""
    assert "gift.EY7vqNQR" == signed_data("gift", -100, TOKEN)


def test_every_way_out() -> None:
    """A message that is sent or changed has its buttons signed for its chat, and only those."""
    buttons = [
        InlineKeyboardButton(text="🎁", callback_data="gift"),
        InlineKeyboardButton(text="→", url="https://example.org"),
    ]
    markup = InlineKeyboardMarkup(inline_keyboard=[buttons])

    sent = signed(SendMessage(chat_id=7, text="x", reply_markup=markup), TOKEN)
    changed = signed(EditMessageText(chat_id=8, message_id=1, text="x", reply_markup=markup), TOKEN)
    bare = SendMessage(chat_id=7, text="x")

    datas = [
        [one.callback_data for one in method.reply_markup.inline_keyboard[0]]  # type: ignore[attr-defined]
        for method in (sent, changed)
    ]
    assert [[signed_data("gift", chat, TOKEN), None] for chat in (7, 8)] == datas
    assert "gift" == buttons[0].callback_data
    assert bare is signed(bare, TOKEN)
