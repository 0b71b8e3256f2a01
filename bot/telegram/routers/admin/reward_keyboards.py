"""Inline keyboards for rewards and for the draft of a new one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiogram.types import InlineKeyboardMarkup

from bot.gamification.admin.drafts import ALL_OF, ANY_OF
from bot.gamification.admin.rewards import Field, Flag
from bot.gamification.models import ConditionType, RewardType
from bot.gamification.rewards.catalogue import Reward
from bot.telegram.routers.admin.callbacks import (
    DraftAction,
    DraftButton,
    Go,
    RewardAction,
    RewardButton,
    Section,
)
from bot.telegram.routers.admin.keyboards import Buttons, back, in_pairs, rows
from bot.telegram.texts import conditions
from bot.telegram.texts.admin import common as texts
from bot.telegram.texts.admin import drafts as draft_texts
from bot.telegram.texts.admin import rewards as reward_texts

Draft = Mapping[str, Any]

PAGE: Final = 8


def rewards(found: Sequence[Reward], page: int) -> InlineKeyboardMarkup:
    """Lead to the rewards of a page, to the other pages and to a new reward."""
    buttons = [
        (
            reward_texts.button(reward),
            RewardButton(action=RewardAction.SHOW, reward_id=reward.id),
        )
        for reward in found[page * PAGE : (page + 1) * PAGE]
    ]
    arrows = []
    if page > 0:
        arrows.append(("‹", Go(section=Section.REWARDS, at=page - 1)))
    if (page + 1) * PAGE < len(found):
        arrows.append(("›", Go(section=Section.REWARDS, at=page + 1)))
    return rows(
        *([button] for button in buttons),
        arrows,
        [(draft_texts.begin_button(), DraftButton(action=DraftAction.BEGIN))],
        back(Go(section=Section.PANEL)),
    )


def reward(shown: Reward, edits: Collection[str] = ()) -> InlineKeyboardMarkup:
    """Edit each field, switch each flag, and take `edits` of a seeded reward back."""
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
    return rows(
        *in_pairs(fields),
        *in_pairs(flags),
        [(reward_texts.restore(edits), restore)] if edits else [],
        back(Go(section=Section.REWARDS)),
    )


def asks_for_field(shown: Reward, field: Field) -> InlineKeyboardMarkup:
    """Lead back from a question about a reward; only the description may be left out."""
    clear = RewardButton(action=RewardAction.CLEAR, reward_id=shown.id, what=field)
    clearable = field is Field.DESCRIPTION and shown.description
    return rows(
        [(draft_texts.no_description(), clear)] if clearable else [],
        back(RewardButton(action=RewardAction.SHOW, reward_id=shown.id)),
    )


def draft_types() -> InlineKeyboardMarkup:
    """Choose what the new reward gives."""
    labels = reward_texts.types()
    buttons = [
        (labels[kind], DraftButton(action=DraftAction.TYPE, what=kind)) for kind in RewardType
    ]
    return rows(*([button] for button in buttons), back(Go(section=Section.REWARDS)))


def asks_for(field: Field, draft: Draft) -> InlineKeyboardMarkup:
    """Hang under the question for a field of a draft; only the description may be left out."""
    skip = (draft_texts.no_description(), _act(draft, DraftAction.NO_DESCRIPTION))
    return rows([skip] if field is Field.DESCRIPTION else [], _discard(draft))


def draft_conditions(draft: Draft) -> InlineKeyboardMarkup:
    """Choose what a condition is about; the way back leads to the others, if there are some."""
    labels = conditions.types()
    buttons = [(labels[kind], _act(draft, DraftAction.CONDITION, kind)) for kind in ConditionType]
    out = back(_act(draft, DraftAction.SUMMARY)) if draft["conditions"] else _discard(draft)
    return rows(*in_pairs(buttons), out)


def draft_condition_value(draft: Draft) -> InlineKeyboardMarkup:
    """Lead back to the choice of the condition."""
    return rows(back(_act(draft, DraftAction.ADD_CONDITION)))


def summary(draft: Draft) -> InlineKeyboardMarkup:
    """Add a condition, choose how they combine, switch flags, and create."""
    combine = []
    if len(draft["conditions"]) > 1:
        group = draft["conditions"][0]["condition_group"]
        other = ANY_OF if group == ALL_OF else ALL_OF
        button = _act(draft, DraftAction.GROUP, str(other))
        combine = [(draft_texts.combine_button(any_of=other == ANY_OF), button)]
    flags = [
        (
            reward_texts.switch(flag, on=bool(draft.get(flag.value))),
            _act(draft, DraftAction.SWITCH, flag),
        )
        for flag in (Flag.REPEATABLE, Flag.SECRET)
    ]
    return rows(
        [(draft_texts.add_condition(), _act(draft, DraftAction.ADD_CONDITION))],
        combine,
        flags,
        [(draft_texts.create(), _act(draft, DraftAction.CREATE))],
        _discard(draft),
    )


def _act(draft: Draft, action: DraftAction, what: str = "") -> DraftButton:
    return DraftButton(action=action, what=what, asked=draft["asked"])


def _discard(draft: Draft) -> Buttons:
    return [(texts.discard(), _act(draft, DraftAction.DISCARD))]
