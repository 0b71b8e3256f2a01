"""Callback data of the admin's buttons, and the questions that an admin can have open."""

from enum import StrEnum
from typing import Annotated, Final

from aiogram.filters.callback_data import CallbackData
from aiogram.fsm.state import State, StatesGroup
from pydantic import Field

#: All admin buttons begin like this, which is how presses of strangers are recognized. Whoever
#: presses one is checked each time, MAC or not.
NAMESPACE: Final = "adm"
#: What fits the database's 64 bits; 0 stands for none.
Number = Annotated[int, Field(ge=0, lt=2**63)]


class Section(StrEnum):
    """The pages that the panel leads to, and the panel itself."""

    PANEL = "panel"
    SETTINGS = "settings"
    REWARDS = "rewards"
    MEMBERS = "members"
    CHATS = "chats"
    STATISTICS = "figures"
    SEED = "seed"
    AUDIT = "audit"


class Go(CallbackData, prefix="adm"):
    """Show a page; `at` is a page's number or the audit line to start behind (0: the newest)."""

    section: Section
    at: Number = 0


class SettingAction(StrEnum):
    """What to do with a setting."""

    SHOW = "show"
    ASK = "ask"
    RESET = "reset"


class SettingButton(CallbackData, prefix="adm_set"):
    """Act on a setting."""

    action: SettingAction
    name: str


class SaveSetting(CallbackData, prefix="adm_save"):
    """Save the value whose preview the update `token` asked for; `sure` is the second yes."""

    token: Number
    sure: bool = False


class PickTimezone(CallbackData, prefix="adm_zone"):
    """Show what a time zone of the short list would do."""

    name: str


class RewardAction(StrEnum):
    """What to do with a reward."""

    SHOW = "show"
    ASK = "ask"
    CLEAR = "clear"
    CONDITIONS = "conds"
    SWITCH = "switch"
    RESTORE = "restore"


class RewardButton(CallbackData, prefix="adm_rw"):
    """Act on a reward: ask for the field `what`, clear it, or switch the flag `what`."""

    action: RewardAction
    reward_id: Number
    what: str = ""
    on: bool = False


class SaveReward(CallbackData, prefix="adm_rwset"):
    """Save the amount that the update `token` asked about once more."""

    token: Number


class DraftAction(StrEnum):
    """What to do with the draft of a reward, or of the conditions of one that is there."""

    BEGIN = "begin"
    TYPE = "type"
    RETYPE = "retype"
    ASK = "ask"
    NO_DESCRIPTION = "plain"
    ADD_CONDITION = "add"
    CONDITION = "condition"
    GROUP = "group"
    EDIT = "edit"
    REMOVE = "remove"
    REGROUP = "regroup"
    SAVE = "save"
    SWITCH = "switch"
    SUMMARY = "summary"
    CREATE = "create"
    DISCARD = "discard"


class DraftButton(CallbackData, prefix="adm_new"):
    """Act on the draft that the update `token` began.

    `what` is a type, a field, a group, a flag, a second yes or, by itself, a condition.
    """

    action: DraftAction
    what: str = ""
    token: Number = 0


class MemberAction(StrEnum):
    """What to do with a member."""

    SHOW = "show"
    GRANT = "grant"
    TAKE = "take"


class MemberButton(CallbackData, prefix="adm_mb"):
    """Act on a member; `at` is the ledger line to start behind (0: the newest)."""

    action: MemberAction
    user_id: Number
    at: Number = 0


class ChatAction(StrEnum):
    """What to do with a chat."""

    SHOW = "show"
    ALLOW = "allow"
    ANNOUNCE = "announce"


class ChatButton(CallbackData, prefix="adm_chat"):
    """Act on a chat: `what` is 0 or 1, or where to announce."""

    action: ChatAction
    chat_id: Annotated[int, Field(ge=-(2**63), lt=0)]
    what: str = ""


class FoundMembers(CallbackData, prefix="adm_found"):
    """Show a page of whom the update `token` found."""

    token: Number
    page: Number = 0


class BookAdjustment(CallbackData, prefix="adm_book"):
    """Book the adjustment that the update `token` asked for; `sure` is the second yes."""

    token: Number
    sure: bool = False


class UndoButton(CallbackData, prefix="adm_undo"):
    """Undo a line of the audit trail, once the admin is `sure`."""

    line_id: Number
    sure: bool = False


class Asking(StatesGroup):
    """One question is open at a time; what was answered so far is its data.

    Confirming needs none: the buttons carry it.
    """

    setting = State()
    reward_field = State()
    draft_name = State()
    draft_description = State()
    draft_value = State()
    draft_window = State()
    condition_value = State()
    member = State()
    amount = State()
    reason = State()
