"""Reward pages: list, edit, retire, and give back to the defaults."""

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.gamification.admin.effects import reward_times_the_usual
from bot.gamification.admin.rewards import (
    Field,
    Flag,
    edit_reward,
    parse_field,
    read_reward,
    read_rewards,
)
from bot.gamification.bootstrap.edits import restore_reward, reward_edits
from bot.gamification.rewards.catalogue import Reward
from bot.telegram.filters import TypedAnswer
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
from bot.telegram.routers.admin.callbacks import (
    Asking,
    Go,
    RewardAction,
    RewardButton,
    SaveReward,
    Section,
)
from bot.telegram.routers.admin.context import AdminContext
from bot.telegram.texts.admin import common as common_texts
from bot.telegram.texts.admin import rewards as texts


def setup() -> Router:
    router = Router(name=__name__)
    press = router.callback_query
    press.register(show_all, Go.filter(F.section == Section.REWARDS))
    press.register(show_one, RewardButton.filter(F.action == RewardAction.SHOW))
    press.register(
        ask, RewardButton.filter((F.action == RewardAction.ASK) & F.what.in_(list(Field)))
    )
    press.register(
        clear_description,
        RewardButton.filter((F.action == RewardAction.CLEAR) & (F.what == Field.DESCRIPTION)),
    )
    press.register(
        switch, RewardButton.filter((F.action == RewardAction.SWITCH) & F.what.in_(list(Flag)))
    )
    press.register(save, SaveReward.filter())
    press.register(restore, RewardButton.filter(F.action == RewardAction.RESTORE))
    router.message.register(take_value, Asking.reward_field, TypedAnswer())
    return router


async def show_all(
    callback_query: CallbackQuery, callback_data: Go, admin: AdminContext
) -> Answers:
    """List the rewards, page by page."""
    found = await read_rewards(admin.economy)
    page = min(max(callback_data.at, 0), max(len(found) - 1, 0) // keyboards.REWARDS_PAGE)
    return replace_page(callback_query, texts.listing(found), keyboards.rewards(found, page))


async def show_one(
    callback_query: CallbackQuery, callback_data: RewardButton, admin: AdminContext
) -> Answers:
    """Show one reward."""
    reward = await read_reward(admin.economy, callback_data.reward_id)
    return replace_page(callback_query, texts.one(reward), await _keyboard(admin, reward))


async def ask(
    callback_query: CallbackQuery, callback_data: RewardButton, admin: AdminContext
) -> Answers:
    """Ask for a field."""
    reward = await read_reward(admin.economy, callback_data.reward_id)
    field = Field(callback_data.what)
    await admin.ask(Asking.reward_field, reward_id=reward.id, field=field.value)
    keyboard = keyboards.asks_for_field(reward, field)
    return replace_page(callback_query, texts.ask(reward.type, field), keyboard)


async def take_value(message: Message, admin: AdminContext) -> Answers:
    """Set the field to what was typed, or ask once more about an amount far outside the usual."""
    data = admin.data
    field = Field(data["field"])
    before = await read_reward(admin.economy, data["reward_id"])
    value = parse_field(before.type, field, message.text or "")
    if field is Field.VALUE and value != before.value:
        times = await reward_times_the_usual(admin.economy, before.type, value)
        if times is not None:
            asked = {"reward_id": before.id, "field": field.value, "value": value}
            await admin.ask(Asking.reward_field, **asked, token=admin.update_id)
            text = texts.really(before.name, value["amount"], times)
            keyboard = keyboards.confirm_reward(before.id, admin.update_id)
            return [message.answer(text, reply_markup=keyboard)]
    await admin.close()
    text, keyboard = await _saved(admin, before.id, field, value)
    return [message.answer(text, reply_markup=keyboard)]


async def save(
    callback_query: CallbackQuery, callback_data: SaveReward, admin: AdminContext
) -> Answers:
    """Set an amount far outside the usual, after the second yes."""
    data = admin.require_token(callback_data.token)
    page = await _saved(admin, data["reward_id"], Field(data["field"]), data["value"])
    return replace_page(callback_query, *page)


async def _saved(
    admin: AdminContext, reward_id: int, field: Field, value: Any
) -> tuple[str, InlineKeyboardMarkup]:
    reward = await edit_reward(admin.economy, admin.id, reward_id, field, value)
    admin.rules_changed()
    text = f"✅ {common_texts.saved()}\n\n{texts.one(reward)}"
    return text, await _keyboard(admin, reward)


async def clear_description(
    callback_query: CallbackQuery, callback_data: RewardButton, admin: AdminContext
) -> Answers:
    """Leave the description out; not by NULL, which the seed would fill in again."""
    reward = await edit_reward(
        admin.economy, admin.id, callback_data.reward_id, Field.DESCRIPTION, ""
    )
    admin.rules_changed()
    return replace_page(callback_query, texts.one(reward), await _keyboard(admin, reward))


async def switch(
    callback_query: CallbackQuery, callback_data: RewardButton, admin: AdminContext
) -> Answers:
    """Switch a flag to what the button says, so that a second press changes nothing."""
    reward = await edit_reward(
        admin.economy,
        admin.id,
        callback_data.reward_id,
        Flag(callback_data.what),
        callback_data.on,
    )
    admin.rules_changed()
    return replace_page(callback_query, texts.one(reward), await _keyboard(admin, reward))


async def restore(
    callback_query: CallbackQuery, callback_data: RewardButton, admin: AdminContext
) -> Answers:
    """Give the edits of a seeded reward back to the manifest."""
    service = admin.bootstrap_service
    await restore_reward(admin.economy, admin.id, service, callback_data.reward_id)
    admin.rules_changed()
    return await show_one(callback_query, callback_data, admin)


async def _keyboard(admin: AdminContext, reward: Reward) -> InlineKeyboardMarkup:
    edits = await reward_edits(admin.economy, admin.bootstrap_service, reward.id)
    return keyboards.reward(reward, edits)
