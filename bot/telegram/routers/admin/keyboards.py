"""Inline keyboards of the admin panel; each has a way back."""

from collections.abc import Collection, Sequence
from typing import Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardMarkup

from bot.gamification.admin.accounts import AccountDetails
from bot.gamification.admin.audit import AuditPage
from bot.gamification.admin.member_search import MemberLine, MemberPage
from bot.gamification.admin.rewards import Field, Flag
from bot.gamification.admin.settings import TIMEZONE, Setting
from bot.gamification.admin.undo import can_undo
from bot.gamification.rewards.catalogue import Reward
from bot.telegram.keyboards import Buttons, keyboard, keyset_pager, numbered_pager
from bot.telegram.routers.admin.callbacks import (
    BookAdjustment,
    DraftAction,
    DraftButton,
    FoundMembers,
    Go,
    MemberAction,
    MemberButton,
    PickTimezone,
    RewardAction,
    RewardButton,
    SaveReward,
    SaveSetting,
    Section,
    SettingAction,
    SettingButton,
    UndoButton,
)
from bot.telegram.texts.admin import accounts as account_texts
from bot.telegram.texts.admin import audit as audit_texts
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin import rewards as reward_texts
from bot.telegram.texts.admin import settings as setting_texts

REWARDS_PAGE: Final = 8
#: Where most communities of this bot live; any other zone is typed.
TIMEZONES: Final = (
    "Europe/Madrid",
    "Atlantic/Canary",
    "America/Mexico_City",
    "America/Bogota",
    "America/Lima",
    "America/Caracas",
    "America/Santiago",
    "America/Argentina/Buenos_Aires",
    "America/New_York",
    "UTC",
)


def in_pairs(buttons: Buttons) -> list[Buttons]:
    """Return the buttons in rows of two."""
    return in_rows(buttons, 2)


def in_rows(buttons: Buttons, length: int) -> list[Buttons]:
    """Return the buttons in rows of so many."""
    return [buttons[at : at + length] for at in range(0, len(buttons), length)]


def back(to: CallbackData) -> Buttons:
    """Return the row that leads back."""
    return [(texts.back(), to)]


def panel() -> InlineKeyboardMarkup:
    """Return buttons to every section."""
    labels = texts.sections()
    return keyboard(
        *in_pairs([(label, Go(section=Section(name))) for name, label in labels.items()])
    )


def back_to_panel() -> InlineKeyboardMarkup:
    return keyboard(back(Go(section=Section.PANEL)))


def settings(found: Sequence[Setting]) -> InlineKeyboardMarkup:
    """Return buttons to each setting."""
    buttons = [
        (names.of(one.name), SettingButton(action=SettingAction.SHOW, name=one.name))
        for one in found
    ]
    return keyboard(*in_pairs(buttons), back(Go(section=Section.PANEL)))


def setting(shown: Setting) -> InlineKeyboardMarkup:
    """Return buttons that change a setting or take it back to its default."""
    name = shown.name
    change = (texts.change(), SettingButton(action=SettingAction.ASK, name=name))
    reset = (setting_texts.reset(shown), SettingButton(action=SettingAction.RESET, name=name))
    back_to_default = [reset] if shown.edited else []
    return keyboard([change], back_to_default, back(Go(section=Section.SETTINGS)))


def back_to_setting(name: str) -> InlineKeyboardMarkup:
    return keyboard(back(SettingButton(action=SettingAction.SHOW, name=name)))


def confirm_setting(name: str, token: int, *, sure: bool = False) -> InlineKeyboardMarkup:
    """Return the button that saves the value whose effect is shown; `sure` is the second one."""
    label = texts.save_all_the_same() if sure else texts.save()
    return keyboard(
        [(label, SaveSetting(token=token, sure=sure))],
        back(SettingButton(action=SettingAction.SHOW, name=name)),
    )


def timezones() -> InlineKeyboardMarkup:
    """Return buttons for the zones of most communities, and the way back."""
    buttons: Buttons = [(name, PickTimezone(name=name)) for name in TIMEZONES]
    return keyboard(*in_pairs(buttons), back_to(TIMEZONE))


def back_to(name: str) -> Buttons:
    """Return the row that leads back to a setting."""
    return back(SettingButton(action=SettingAction.SHOW, name=name))


def account(shown: AccountDetails, *, newest: bool) -> InlineKeyboardMarkup:
    """Return buttons that grant and take, and the pager of the ledger."""
    user_id = shown.member.user_id
    grant = MemberButton(action=MemberAction.GRANT, user_id=user_id)
    take = MemberButton(action=MemberAction.TAKE, user_id=user_id)
    pager = keyset_pager(
        lambda at: MemberButton(action=MemberAction.SHOW, user_id=user_id, at=at),
        shown.history.older_than,
        newest=newest,
    )
    return keyboard(
        [(account_texts.grant_button(), grant), (account_texts.take_button(), take)],
        pager,
        back(Go(section=Section.MEMBERS)),
    )


def back_to_member(user_id: int) -> InlineKeyboardMarkup:
    return keyboard(back(MemberButton(action=MemberAction.SHOW, user_id=user_id)))


def members(page: MemberPage, *, newest: bool) -> InlineKeyboardMarkup:
    """Return buttons to those who were active last, and the pager."""
    pager = keyset_pager(
        lambda at: Go(section=Section.MEMBERS, at=at), page.older_than, newest=newest
    )
    return keyboard(*map(_member, page.rows), pager, back(Go(section=Section.PANEL)))


def found_members(
    found: Sequence[MemberLine], token: int, page: int, *, has_next: bool
) -> InlineKeyboardMarkup:
    """Return buttons to those who may be meant, and the pager."""
    pager = numbered_pager(lambda to: FoundMembers(token=token, page=to), page, has_next=has_next)
    return keyboard(*map(_member, found), pager, back(Go(section=Section.MEMBERS)))


def _member(one: MemberLine) -> Buttons:
    return [
        (account_texts.button(one), MemberButton(action=MemberAction.SHOW, user_id=one.user_id))
    ]


def confirm_adjustment(user_id: int, token: int, *, sure: bool = False) -> InlineKeyboardMarkup:
    """Return the button that books what is shown; `sure` is the second one."""
    label = texts.confirm_all_the_same() if sure else texts.confirm()
    return keyboard(
        [(label, BookAdjustment(token=token, sure=sure))],
        back(MemberButton(action=MemberAction.SHOW, user_id=user_id)),
    )


def audit(page: AuditPage, *, newest: bool) -> InlineKeyboardMarkup:
    """Return buttons that undo lines of the audit trail, and its pager."""
    undo = [
        (audit_texts.undo_button(row), UndoButton(line_id=row.id))
        for row in page.rows
        if can_undo(row) and not row.is_undone
    ]
    pager = keyset_pager(
        lambda at: Go(section=Section.AUDIT, at=at), page.older_than, newest=newest
    )
    return keyboard(*in_rows(undo, 4), pager, back(Go(section=Section.PANEL)))


def confirm_undo(line_id: int) -> InlineKeyboardMarkup:
    """Return the button that undoes the line that is shown."""
    return keyboard(
        [(audit_texts.undo_it(), UndoButton(line_id=line_id, sure=True))],
        back(Go(section=Section.AUDIT)),
    )


def back_to_audit() -> InlineKeyboardMarkup:
    return keyboard(back(Go(section=Section.AUDIT)))


def rewards(found: Sequence[Reward], page: int) -> InlineKeyboardMarkup:
    """Return buttons to the rewards of a page, the pager, and the button that begins a new one."""
    buttons = [
        (
            reward_texts.button(reward),
            RewardButton(action=RewardAction.SHOW, reward_id=reward.id),
        )
        for reward in found[page * REWARDS_PAGE : (page + 1) * REWARDS_PAGE]
    ]
    pager = numbered_pager(
        lambda to: Go(section=Section.REWARDS, at=to),
        page,
        has_next=(page + 1) * REWARDS_PAGE < len(found),
    )
    return keyboard(
        *([button] for button in buttons),
        pager,
        [(reward_texts.begin_button(), DraftButton(action=DraftAction.BEGIN))],
        back(Go(section=Section.PANEL)),
    )


def reward(shown: Reward, edits: Collection[str] = ()) -> InlineKeyboardMarkup:
    """Return buttons for each field, each flag, and taking `edits` of a seeded reward back."""
    fields = [
        (label, RewardButton(action=RewardAction.ASK, reward_id=shown.id, what=field))
        for field, label in reward_texts.fields(shown.type).items()
    ]
    flags = [
        (
            reward_texts.switch(flag, on=on),
            RewardButton(action=RewardAction.SWITCH, reward_id=shown.id, what=flag, on=not on),
        )
        for flag in (Flag.REPEATABLE, Flag.SECRET, Flag.ACTIVE)
        if (on := getattr(shown, flag.value)) is not None
    ]
    conditions = RewardButton(action=RewardAction.CONDITIONS, reward_id=shown.id)
    restore = RewardButton(action=RewardAction.RESTORE, reward_id=shown.id)
    return keyboard(
        *in_pairs(fields),
        [(reward_texts.edit_conditions(), conditions)],
        *in_pairs(flags),
        [(reward_texts.restore(edits), restore)] if edits else [],
        back(Go(section=Section.REWARDS)),
    )


def asks_for_field(shown: Reward, field: Field) -> InlineKeyboardMarkup:
    """Return the way back from a question; only the description may be left out instead."""
    clear = RewardButton(action=RewardAction.CLEAR, reward_id=shown.id, what=field)
    clearable = field is Field.DESCRIPTION and shown.description
    return keyboard(
        [(reward_texts.no_description(), clear)] if clearable else [],
        back(RewardButton(action=RewardAction.SHOW, reward_id=shown.id)),
    )


def confirm_reward(reward_id: int, token: int) -> InlineKeyboardMarkup:
    """Return the button that saves an amount far outside the usual."""
    return keyboard(
        [(texts.save_all_the_same(), SaveReward(token=token))],
        back(RewardButton(action=RewardAction.SHOW, reward_id=reward_id)),
    )
