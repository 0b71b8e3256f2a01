"""Inline keyboards of the admin panel; each has a way back."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardMarkup

from bot.gamification.admin.accounts import AccountDetails
from bot.gamification.admin.audit import AuditPage
from bot.gamification.admin.rewards import ALL_OF, ANY_OF, Field, Flag
from bot.gamification.admin.settings import TIMEZONE, Setting
from bot.gamification.rewards.catalogue import Reward
from bot.gamification.types import ConditionType, RewardType
from bot.telegram.keyboards import Buttons, keyboard, keyset_pager, numbered_pager
from bot.telegram.routers.admin.callbacks import (
    BookAdjustment,
    DraftAction,
    DraftButton,
    Go,
    MemberAction,
    MemberButton,
    PickTimezone,
    RewardAction,
    RewardButton,
    SaveFormula,
    SaveTimezone,
    Section,
    SettingAction,
    SettingButton,
)
from bot.telegram.texts.admin import accounts as account_texts
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin import rewards as reward_texts
from bot.telegram.texts.admin import settings as setting_texts
from bot.telegram.texts.rewards import condition_types

Draft = Mapping[str, Any]

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
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


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


def confirm_formula(name: str, token: int) -> InlineKeyboardMarkup:
    """Return the button that saves the formula whose preview is shown."""
    return keyboard(
        [(texts.save(), SaveFormula(token=token))],
        back(SettingButton(action=SettingAction.SHOW, name=name)),
    )


def timezones() -> InlineKeyboardMarkup:
    """Return buttons for the zones of most communities, and the way back."""
    buttons: Buttons = [(name, PickTimezone(name=name)) for name in TIMEZONES]
    return keyboard(*in_pairs(buttons), back_to(TIMEZONE))


def confirm_timezone(token: int) -> InlineKeyboardMarkup:
    """Return the button that saves the time zone whose preview is shown."""
    return keyboard([(texts.save(), SaveTimezone(token=token))], back_to(TIMEZONE))


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


def confirm_adjustment(user_id: int, token: int) -> InlineKeyboardMarkup:
    """Return the button that books what is shown."""
    return keyboard(
        [(texts.confirm(), BookAdjustment(token=token))],
        back(MemberButton(action=MemberAction.SHOW, user_id=user_id)),
    )


def audit(page: AuditPage, *, newest: bool) -> InlineKeyboardMarkup:
    """Return the pager of the audit trail."""
    pager = keyset_pager(
        lambda at: Go(section=Section.AUDIT, at=at), page.older_than, newest=newest
    )
    return keyboard(pager, back(Go(section=Section.PANEL)))


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
    restore = RewardButton(action=RewardAction.RESTORE, reward_id=shown.id)
    return keyboard(
        *in_pairs(fields),
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


def draft_types() -> InlineKeyboardMarkup:
    """Return buttons for what the new reward gives."""
    labels = names.reward_types()
    buttons = [
        (labels[kind], DraftButton(action=DraftAction.TYPE, what=kind)) for kind in RewardType
    ]
    return keyboard(*([button] for button in buttons), back(Go(section=Section.REWARDS)))


def asks_for(field: Field, draft: Draft) -> InlineKeyboardMarkup:
    """Return the way out of a draft's question; only the description may be left out instead."""
    skip = (reward_texts.no_description(), _act(draft, DraftAction.NO_DESCRIPTION))
    return keyboard([skip] if field is Field.DESCRIPTION else [], _discard(draft))


def draft_conditions(draft: Draft) -> InlineKeyboardMarkup:
    """Return buttons for what a condition is about; back leads to the others, if there are some."""
    labels = condition_types()
    buttons = [(labels[kind], _act(draft, DraftAction.CONDITION, kind)) for kind in ConditionType]
    out = back(_act(draft, DraftAction.SUMMARY)) if draft["conditions"] else _discard(draft)
    return keyboard(*in_pairs(buttons), out)


def draft_condition_value(draft: Draft) -> InlineKeyboardMarkup:
    """Return the way back to the choice of the condition."""
    return keyboard(back(_act(draft, DraftAction.ADD_CONDITION)))


def summary(draft: Draft) -> InlineKeyboardMarkup:
    """Return buttons that add or combine conditions, switch flags, and create the reward."""
    combine = []
    if len(draft["conditions"]) > 1:
        group = draft["conditions"][0]["condition_group"]
        other = ANY_OF if group == ALL_OF else ALL_OF
        button = _act(draft, DraftAction.GROUP, str(other))
        combine = [(reward_texts.combine_button(any_of=other == ANY_OF), button)]
    flags = [
        (
            reward_texts.switch(flag, on=bool(draft.get(flag.value))),
            _act(draft, DraftAction.SWITCH, flag),
        )
        for flag in (Flag.REPEATABLE, Flag.SECRET)
    ]
    return keyboard(
        [(reward_texts.add_condition(), _act(draft, DraftAction.ADD_CONDITION))],
        combine,
        flags,
        [(reward_texts.create(), _act(draft, DraftAction.CREATE))],
        _discard(draft),
    )


def _act(draft: Draft, action: DraftAction, what: str = "") -> DraftButton:
    return DraftButton(action=action, what=what, token=draft["token"])


def _discard(draft: Draft) -> Buttons:
    return [(texts.discard(), _act(draft, DraftAction.DISCARD))]
