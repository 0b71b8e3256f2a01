"""See, edit, retire and bring back rewards."""

from aiogram import F, Router
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

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
from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import reward_keyboards as keyboards
from bot.telegram.routers.admin.callbacks import Go, RewardAction, RewardButton, Section
from bot.telegram.routers.admin.desk import Desk
from bot.telegram.routers.admin.filters import Answer
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import common as common_texts
from bot.telegram.texts.admin import rewards as texts


def setup() -> Router:
    """Return the router."""
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
    press.register(restore, RewardButton.filter(F.action == RewardAction.RESTORE))
    router.message.register(take_value, Asking.reward_field, Answer())
    return router


async def show_all(callback_query: CallbackQuery, callback_data: Go, desk: Desk) -> Answers:
    """List the rewards, page by page."""
    found = await read_rewards(desk.economy)
    page = min(max(callback_data.at, 0), max(len(found) - 1, 0) // keyboards.PAGE)
    return turn_to(callback_query, texts.listing(found), keyboards.rewards(found, page))


async def show_one(
    callback_query: CallbackQuery, callback_data: RewardButton, desk: Desk
) -> Answers:
    """Show one reward."""
    reward = await read_reward(desk.economy, callback_data.reward_id)
    return turn_to(callback_query, texts.one(reward), await _keyboard(desk, reward))


async def ask(callback_query: CallbackQuery, callback_data: RewardButton, desk: Desk) -> Answers:
    """Ask for a field."""
    reward = await read_reward(desk.economy, callback_data.reward_id)
    field = Field(callback_data.what)
    await desk.ask(Asking.reward_field, reward_id=reward.id, field=field.value)
    keyboard = keyboards.asks_for_field(reward, field)
    return turn_to(callback_query, texts.ask(reward.type, field), keyboard)


async def take_value(message: Message, desk: Desk) -> Answers:
    """Set the field to what was typed."""
    known = desk.known
    field = Field(known["field"])
    before = await read_reward(desk.economy, known["reward_id"])
    value = parse_field(before.type, field, message.text or "")
    reward = await edit_reward(desk.economy, desk.admin_id, before.id, field, value)
    desk.rules_changed()
    await desk.close()
    text = f"✅ {common_texts.saved()}\n\n{texts.one(reward)}"
    return [message.answer(text, reply_markup=await _keyboard(desk, reward))]


async def clear_description(
    callback_query: CallbackQuery, callback_data: RewardButton, desk: Desk
) -> Answers:
    """Leave the description out; not by NULL, which the seed would fill in again."""
    reward = await edit_reward(
        desk.economy, desk.admin_id, callback_data.reward_id, Field.DESCRIPTION, ""
    )
    desk.rules_changed()
    return turn_to(callback_query, texts.one(reward), await _keyboard(desk, reward))


async def switch(callback_query: CallbackQuery, callback_data: RewardButton, desk: Desk) -> Answers:
    """Switch a flag to what the button says, so that a second press changes nothing."""
    reward = await edit_reward(
        desk.economy,
        desk.admin_id,
        callback_data.reward_id,
        Flag(callback_data.what),
        callback_data.on,
    )
    desk.rules_changed()
    return turn_to(callback_query, texts.one(reward), await _keyboard(desk, reward))


async def restore(
    callback_query: CallbackQuery, callback_data: RewardButton, desk: Desk
) -> Answers:
    """Give the edits of a seeded reward back to the manifest."""
    service = desk.bootstrap_service
    await restore_reward(desk.economy, desk.admin_id, service, callback_data.reward_id)
    desk.rules_changed()
    return await show_one(callback_query, callback_data, desk)


async def _keyboard(desk: Desk, reward: Reward) -> InlineKeyboardMarkup:
    edits = await reward_edits(desk.economy, desk.bootstrap_service, reward.id)
    return keyboards.reward(reward, edits)
