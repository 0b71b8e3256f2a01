"""Inline keyboards of a reward's draft, and of the conditions of one that is there."""

from collections.abc import Mapping
from typing import Any, Final

from aiogram.types import InlineKeyboardMarkup

from bot.gamification.admin.rewards import ALL_OF, ANY_OF, Field, Flag
from bot.gamification.types import ConditionType, RewardType
from bot.telegram.keyboards import Buttons, keyboard
from bot.telegram.routers.admin.callbacks import (
    DraftAction,
    DraftButton,
    Go,
    RewardAction,
    RewardButton,
    Section,
)
from bot.telegram.routers.admin.keyboards import back, in_pairs
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.admin import names
from bot.telegram.texts.admin import rewards as reward_texts
from bot.telegram.texts.conditions import condition_types

Draft = Mapping[str, Any]
#: What the button says that creates the reward after a second question.
SURE: Final = "sure"
#: Each has two buttons; Telegram takes a hundred, and there are others.
MOST_CONDITIONS: Final = 40


def draft_types() -> InlineKeyboardMarkup:
    """Return buttons for what the new reward gives."""
    labels = names.reward_types()
    buttons = [
        (labels[kind], DraftButton(action=DraftAction.TYPE, what=kind)) for kind in RewardType
    ]
    return keyboard(*([button] for button in buttons), back(Go(section=Section.REWARDS)))


def asks_for(field: Field, draft: Draft) -> InlineKeyboardMarkup:
    """Return the ways out of a draft's question; only the description may be left out instead."""
    skip = (reward_texts.no_description(), _act(draft, DraftAction.NO_DESCRIPTION))
    is_correction = field in draft and draft["conditions"]
    out = back(_act(draft, DraftAction.SUMMARY)) if is_correction else _discard(draft)
    return keyboard([skip] if field is Field.DESCRIPTION else [], out)


def draft_conditions(draft: Draft) -> InlineKeyboardMarkup:
    """Return buttons for what a condition is about; back leads to the others, if there are some."""
    labels = condition_types()
    buttons = [(labels[kind], _act(draft, DraftAction.CONDITION, kind)) for kind in ConditionType]
    leave = DraftAction.EDIT if "reward_id" in draft else DraftAction.SUMMARY
    to_be_left = draft["conditions"] or "reward_id" in draft
    out = back(_act(draft, leave)) if to_be_left else _discard(draft)
    return keyboard(*in_pairs(buttons), out)


def draft_condition_value(draft: Draft) -> InlineKeyboardMarkup:
    """Return the way back to the choice of the condition."""
    return keyboard(back(_act(draft, DraftAction.ADD_CONDITION)))


def condition_editor(draft: Draft) -> InlineKeyboardMarkup:
    """Return buttons that remove and combine each condition, add one, and save or go back."""
    rows: list[Buttons] = []
    for at, one in enumerate(draft["conditions"][:MOST_CONDITIONS], start=1):
        what = condition_code(one)
        regroup = (reward_texts.regroup(at), _act(draft, DraftAction.REGROUP, what))
        remove = (reward_texts.remove(at), _act(draft, DraftAction.REMOVE, what))
        rows.append([remove, regroup] if len(draft["conditions"]) > 1 else [remove])
    add = _add(draft)
    if "reward_id" not in draft:
        return keyboard(*rows, add, back(_act(draft, DraftAction.SUMMARY)))
    save = [(texts.save(), _act(draft, DraftAction.SAVE))] if draft["conditions"] else []
    out = RewardButton(action=RewardAction.SHOW, reward_id=draft["reward_id"])
    return keyboard(*rows, add, save, back(out))


def condition_code(condition: Mapping[str, Any]) -> str:
    """Return a condition in short: a button names the one it is for, wherever that stands now."""
    kind = list(ConditionType).index(ConditionType(condition["condition_type"]))
    return f"{kind}-{condition['condition_value'] or 0}-{condition['condition_group']}"


def summary(draft: Draft) -> InlineKeyboardMarkup:
    """Return buttons that correct each answer and the conditions, and create the reward."""
    kind = RewardType(draft["reward_type"])
    answers = [
        (label, _act(draft, DraftAction.ASK, field))
        for field, label in reward_texts.fields(kind).items()
    ]
    retype = (reward_texts.retype(kind), _act(draft, DraftAction.RETYPE))
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
        *in_pairs(answers),
        [retype, (reward_texts.edit_conditions(), _act(draft, DraftAction.EDIT))],
        _add(draft),
        combine,
        flags,
        [(reward_texts.create(), _act(draft, DraftAction.CREATE))],
        _discard(draft),
    )


def confirm_creation(draft: Draft) -> InlineKeyboardMarkup:
    """Return the button that creates a reward far outside the usual, and the way back to it."""
    sure = _act(draft, DraftAction.CREATE, SURE)
    return keyboard(
        [(reward_texts.create_all_the_same(), sure)], back(_act(draft, DraftAction.SUMMARY))
    )


def _add(draft: Draft) -> Buttons:
    if len(draft["conditions"]) >= MOST_CONDITIONS:
        return []
    return [(reward_texts.add_condition(), _act(draft, DraftAction.ADD_CONDITION))]


def _act(draft: Draft, action: DraftAction, what: str = "") -> DraftButton:
    return DraftButton(action=action, what=what, token=draft["token"])


def _discard(draft: Draft) -> Buttons:
    return [(texts.discard(), _act(draft, DraftAction.DISCARD))]
