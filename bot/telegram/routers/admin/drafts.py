"""Create a reward, question by question. The draft is what the manifest would say."""

from typing import Any

from aiogram import F, Router
from aiogram.types import CallbackQuery, Message

from bot.gamification.admin.drafts import ALL_OF, ANY_OF, create_reward, parse_condition
from bot.gamification.admin.rewards import Field, Flag, parse_field, refuse_taken_name
from bot.gamification.models import ConditionType, RewardType
from bot.gamification.rewards.definition import UNCOUNTED
from bot.telegram.announcements import Answers
from bot.telegram.pages import turn_to
from bot.telegram.routers.admin import reward_keyboards
from bot.telegram.routers.admin.callbacks import DraftAction, DraftButton, Go, Section
from bot.telegram.routers.admin.desk import Desk, QuestionOver
from bot.telegram.routers.admin.drafting import (
    QUESTIONS,
    add_condition,
    ask,
    ask_after,
    current_draft,
    new_draft,
    summarize,
)
from bot.telegram.routers.admin.filters import Answer
from bot.telegram.routers.admin.rewards import show_all
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import drafts as texts
from bot.telegram.texts.admin import rewards as reward_texts


def setup() -> Router:
    """Return the router."""
    router = Router(name=__name__)
    handlers: dict[DraftAction, Any] = {
        DraftAction.BEGIN: begin,
        DraftAction.TYPE: take_type,
        DraftAction.NO_DESCRIPTION: take_no_description,
        DraftAction.ADD_CONDITION: ask_condition,
        DraftAction.CONDITION: take_condition,
        DraftAction.GROUP: take_group,
        DraftAction.SWITCH: switch,
        DraftAction.SUMMARY: show_summary,
        DraftAction.CREATE: create,
        DraftAction.DISCARD: discard,
    }
    for action, handler in handlers.items():
        router.callback_query.register(handler, DraftButton.filter(F.action == action))
    for state in QUESTIONS.values():
        router.message.register(take_answer, state, Answer())
    router.message.register(take_condition_value, Asking.condition_value, Answer())
    return router


async def begin(callback_query: CallbackQuery, desk: Desk) -> Answers:
    """Ask what the reward gives."""
    await desk.close()
    return turn_to(callback_query, texts.ask_type(), reward_keyboards.draft_types())


async def take_type(
    callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk
) -> Answers:
    """Begin the draft and ask for its name."""
    draft = new_draft(desk, RewardType(callback_data.what))
    return turn_to(callback_query, *await ask(desk, draft, Field.NAME))


async def take_answer(message: Message, desk: Desk) -> Answers:
    """Put what was typed into the draft, and ask the next question."""
    draft = current_draft(desk)
    asked = desk.question
    field = next(field for field, state in QUESTIONS.items() if state.state == asked)
    value = parse_field(RewardType(draft["reward_type"]), field, message.text or "")
    if field is Field.NAME:
        await refuse_taken_name(desk.economy, value)
    text, keyboard = await ask_after(desk, {**draft, field.value: value}, field)
    return [message.answer(text, reply_markup=keyboard)]


async def take_no_description(
    callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk
) -> Answers:
    """Leave the description out, and ask the next question."""
    if desk.question != Asking.draft_description.state:
        raise QuestionOver
    draft = {**current_draft(desk, callback_data), Field.DESCRIPTION.value: None}
    return turn_to(callback_query, *await ask_after(desk, draft, Field.DESCRIPTION))


async def ask_condition(
    callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk
) -> Answers:
    """Ask what one more condition is about."""
    draft = current_draft(desk, callback_data, answered=True)
    return turn_to(callback_query, texts.ask_condition(), reward_keyboards.draft_conditions(draft))


async def take_condition(
    callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk
) -> Answers:
    """Add a condition, once it is known how much it takes."""
    draft = current_draft(desk, callback_data, answered=True)
    kind = ConditionType(callback_data.what)
    if kind in UNCOUNTED:
        return turn_to(callback_query, *await add_condition(desk, draft, parse_condition(kind)))
    await desk.ask(Asking.condition_value, draft=draft, condition=kind.value)
    keyboard = reward_keyboards.draft_condition_value(draft)
    return turn_to(callback_query, texts.ask_condition_value(kind), keyboard)


async def take_condition_value(message: Message, desk: Desk) -> Answers:
    """Add the condition with what was typed."""
    draft = current_draft(desk, answered=True)
    kind = ConditionType(desk.known["condition"])
    text, keyboard = await add_condition(desk, draft, parse_condition(kind, message.text))
    return [message.answer(text, reply_markup=keyboard)]


async def take_group(
    callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk
) -> Answers:
    """Choose whether all conditions must hold, or one of them."""
    draft = current_draft(desk, callback_data, answered=True)
    group = ANY_OF if callback_data.what == str(ANY_OF) else ALL_OF
    conditions = [{**one, "condition_group": group} for one in draft["conditions"]]
    return turn_to(callback_query, *await summarize(desk, {**draft, "conditions": conditions}))


async def switch(callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk) -> Answers:
    """Make the draft repeatable or secret, or no longer so."""
    draft = current_draft(desk, callback_data, answered=True)
    flag = Flag(callback_data.what).value
    return turn_to(callback_query, *await summarize(desk, {**draft, flag: not draft.get(flag)}))


async def show_summary(
    callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk
) -> Answers:
    """Come back from a question about one more condition."""
    draft = current_draft(desk, callback_data, answered=True)
    return turn_to(callback_query, *await summarize(desk, draft))


async def create(callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk) -> Answers:
    """Create the reward; a second press finds its name taken."""
    draft = current_draft(desk, callback_data, answered=True)
    wanted = {name: value for name, value in draft.items() if name != "asked"}
    reward = await create_reward(desk.economy, desk.admin_id, wanted)
    desk.rules_changed()
    text = f"✅ {texts.created()}\n\n{reward_texts.one(reward)}"
    return turn_to(callback_query, text, reward_keyboards.reward(reward))


async def discard(callback_query: CallbackQuery, callback_data: DraftButton, desk: Desk) -> Answers:
    """Forget the draft: no button of it creates anything any more."""
    current_draft(desk, callback_data)
    await desk.close()
    return await show_all(callback_query, Go(section=Section.REWARDS), desk)
