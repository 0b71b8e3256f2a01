"""Condition editor: of a draft, and of a reward that is there, in one go when it is saved."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.gamification.admin.conditions import as_drafted, edit_conditions
from bot.gamification.admin.rewards import ALL_OF, Field, read_reward
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import (
    DraftAction,
    DraftButton,
    RewardAction,
    RewardButton,
)
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.routers.admin.draft_keyboards import Draft, condition_code
from bot.telegram.routers.admin.drafts import current_draft, show_conditions
from bot.telegram.texts.admin import common as common_texts
from bot.telegram.texts.admin import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    press = router.callback_query
    press.register(begin, RewardButton.filter(F.action == RewardAction.CONDITIONS))
    press.register(show, DraftButton.filter(F.action == DraftAction.EDIT))
    press.register(remove, DraftButton.filter(F.action == DraftAction.REMOVE))
    press.register(regroup, DraftButton.filter(F.action == DraftAction.REGROUP))
    press.register(save, DraftButton.filter(F.action == DraftAction.SAVE))
    return router


async def begin(
    callback_query: CallbackQuery, callback_data: RewardButton, admin: AdminContext
) -> Answers:
    """Take a copy of a reward's conditions to work on."""
    reward = await read_reward(admin.economy, callback_data.reward_id)
    draft = {
        "token": admin.update_id,
        "reward_id": reward.id,
        "reward_type": reward.type.value,
        "conditions": as_drafted(reward.conditions),
        **{field.value: None for field in Field},
        Field.NAME.value: reward.name,
    }
    return replace_page(callback_query, *await show_conditions(admin, draft))


async def show(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Show each condition with its buttons."""
    draft = current_draft(admin, callback_data, answered=True)
    return replace_page(callback_query, *await show_conditions(admin, draft))


async def remove(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Take a condition away."""
    draft = current_draft(admin, callback_data, answered=True)
    conditions = list(draft["conditions"])
    at = _position(draft, callback_data.what)
    if at is not None:
        del conditions[at]
    changed = {**draft, "conditions": conditions}
    return replace_page(callback_query, *await show_conditions(admin, changed))


async def regroup(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Let a condition be needed, one of a group of alternatives, or one of the next group."""
    draft = current_draft(admin, callback_data, answered=True)
    conditions = [dict(one) for one in draft["conditions"]]
    at = _position(draft, callback_data.what)
    if at is not None:
        others = [one["condition_group"] for n, one in enumerate(conditions) if n != at]
        group = conditions[at]["condition_group"] + 1
        is_new = group > max(others, default=ALL_OF) + 1
        conditions[at]["condition_group"] = ALL_OF if is_new else group
    changed = {**draft, "conditions": conditions}
    return replace_page(callback_query, *await show_conditions(admin, changed))


async def save(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Give the reward the conditions of the copy; saved twice, the second changes nothing."""
    draft = current_draft(admin, callback_data, answered=True)
    reward = await edit_conditions(admin.economy, admin.id, draft["reward_id"], draft["conditions"])
    admin.rules_changed()
    text = f"✅ {common_texts.saved()}\n\n{texts.one(reward)}"
    return replace_page(callback_query, text, keyboards.reward(reward))


def _position(draft: Draft, code: str) -> int | None:
    """Return where the condition of a button stands; None if it is another by now, or gone."""
    codes = [condition_code(one) for one in draft["conditions"]]
    return codes.index(code) if code in codes else None
