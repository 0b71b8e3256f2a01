"""Reward creation, question by question; the draft is what the manifest would say."""

from typing import Any, Final

from aiogram import F, Router
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

from bot.gamification.admin.conditions import count_fulfilling
from bot.gamification.admin.effects import reward_times_the_usual
from bot.gamification.admin.rewards import (
    ALL_OF,
    ANY_OF,
    Field,
    Flag,
    create_reward,
    parse_condition,
    parse_field,
    refuse_taken_name,
)
from bot.gamification.rewards.definition import UNCOUNTED
from bot.gamification.types import ConditionType, RewardType
from bot.telegram.filters import TypedAnswer
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import draft_keyboards, keyboards
from bot.telegram.routers.admin.callbacks import Asking, DraftAction, DraftButton, Go, Section
from bot.telegram.routers.admin.context import AdminContext, QuestionExpired
from bot.telegram.routers.admin.rewards import show_all
from bot.telegram.texts.admin import rewards as texts

_Page = tuple[str, InlineKeyboardMarkup]

#: The questions in their order, each with the field of the draft that it fills.
_QUESTIONS: Final[dict[Field, State]] = {
    Field.NAME: Asking.draft_name,
    Field.DESCRIPTION: Asking.draft_description,
    Field.VALUE: Asking.draft_value,
    Field.CLAIM_WINDOW: Asking.draft_window,
}


def setup() -> Router:
    router = Router(name=__name__)
    handlers: dict[DraftAction, Any] = {
        DraftAction.BEGIN: begin,
        DraftAction.TYPE: take_type,
        DraftAction.RETYPE: retype,
        DraftAction.ASK: ask,
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
    for state in _QUESTIONS.values():
        router.message.register(take_answer, state, TypedAnswer())
    router.message.register(take_condition_value, Asking.condition_value, TypedAnswer())
    return router


async def begin(callback_query: CallbackQuery, admin: AdminContext) -> Answers:
    """Ask what the reward gives."""
    await admin.close()
    return replace_page(callback_query, texts.ask_type(), draft_keyboards.draft_types())


async def take_type(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Begin the draft and ask for its name."""
    draft = _new_draft(admin, RewardType(callback_data.what))
    return replace_page(callback_query, *await _ask(admin, draft, Field.NAME))


async def take_answer(message: Message, admin: AdminContext) -> Answers:
    """Put what was typed into the draft, and ask the next question."""
    draft = current_draft(admin)
    field = next(one for one, state in _QUESTIONS.items() if state.state == admin.question)
    value = parse_field(RewardType(draft["reward_type"]), field, message.text or "")
    if field is Field.NAME:
        await refuse_taken_name(admin.economy, value)
    text, keyboard = await _go_on(admin, {**draft, field.value: value})
    return [message.answer(text, reply_markup=keyboard)]


async def take_no_description(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Leave the description out, and ask the next question."""
    if admin.question != Asking.draft_description.state:
        raise QuestionExpired
    draft = {**current_draft(admin, callback_data), Field.DESCRIPTION.value: None}
    return replace_page(callback_query, *await _go_on(admin, draft))


async def ask(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Ask for one answer once more."""
    draft = current_draft(admin, callback_data, answered=True)
    return replace_page(callback_query, *await _ask(admin, draft, Field(callback_data.what)))


async def retype(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Let the reward give the other thing, and ask for that."""
    draft = dict(current_draft(admin, callback_data, answered=True))
    del draft[Field.VALUE.value]
    is_badge = draft["reward_type"] == RewardType.BADGE
    draft["reward_type"] = (RewardType.BESITOS if is_badge else RewardType.BADGE).value
    return replace_page(callback_query, *await _ask(admin, draft, Field.VALUE))


async def ask_condition(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Ask what one more condition is about."""
    draft = current_draft(admin, callback_data, answered=True)
    return replace_page(
        callback_query, texts.ask_condition(), draft_keyboards.draft_conditions(draft)
    )


async def take_condition(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Add a condition, once it is known how much it takes."""
    draft = current_draft(admin, callback_data, answered=True)
    kind = ConditionType(callback_data.what)
    if kind in UNCOUNTED:
        return replace_page(
            callback_query, *await _add_condition(admin, draft, parse_condition(kind))
        )
    await admin.ask(Asking.condition_value, draft=draft, condition=kind.value)
    keyboard = draft_keyboards.draft_condition_value(draft)
    return replace_page(callback_query, texts.ask_condition_value(kind), keyboard)


async def take_condition_value(message: Message, admin: AdminContext) -> Answers:
    """Add the condition with what was typed."""
    draft = current_draft(admin, answered=True)
    kind = ConditionType(admin.data["condition"])
    text, keyboard = await _add_condition(admin, draft, parse_condition(kind, message.text))
    return [message.answer(text, reply_markup=keyboard)]


async def take_group(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Choose whether all conditions must hold, or one of them."""
    draft = current_draft(admin, callback_data, answered=True)
    group = ANY_OF if callback_data.what == str(ANY_OF) else ALL_OF
    conditions = [{**one, "condition_group": group} for one in draft["conditions"]]
    return replace_page(
        callback_query, *await _summarize(admin, {**draft, "conditions": conditions})
    )


async def switch(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Make the draft repeatable or secret, or no longer so."""
    draft = current_draft(admin, callback_data, answered=True)
    flag = Flag(callback_data.what).value
    return replace_page(
        callback_query, *await _summarize(admin, {**draft, flag: not draft.get(flag)})
    )


async def show_summary(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Come back from a question about one more condition."""
    draft = current_draft(admin, callback_data, answered=True)
    return replace_page(callback_query, *await _summarize(admin, draft))


async def create(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Create the reward; a second press finds its name taken.

    One that gives far more than is usual takes a second yes.
    """
    draft = current_draft(admin, callback_data, answered=True)
    if "reward_id" in draft:
        raise QuestionExpired
    kind, value = RewardType(draft["reward_type"]), draft["reward_value"]
    times = await reward_times_the_usual(admin.economy, kind, value)
    if times is not None and callback_data.what != draft_keyboards.SURE:
        text = texts.really(draft["name"], value["amount"], times)
        return replace_page(callback_query, text, draft_keyboards.confirm_creation(draft))
    wanted = {name: value for name, value in draft.items() if name != "token"}
    reward = await create_reward(admin.economy, admin.id, wanted)
    admin.rules_changed()
    text = f"✅ {texts.created()}\n\n{texts.one(reward)}"
    return replace_page(callback_query, text, keyboards.reward(reward))


async def discard(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Forget the draft: no button of it creates anything any more."""
    current_draft(admin, callback_data)
    await admin.close()
    return await show_all(callback_query, Go(section=Section.REWARDS), admin)


def _new_draft(admin: AdminContext, kind: RewardType) -> dict[str, Any]:
    """Begin a draft. This very update names it, so that its buttons act on no other."""
    return {"token": admin.update_id, "reward_type": kind.value, "conditions": []}


def current_draft(
    admin: AdminContext, button: DraftButton | None = None, *, answered: bool = False
) -> dict[str, Any]:
    """Return the draft that `button` belongs to, with all questions `answered`.

    Raises `QuestionExpired` when it is another one by now, or none.
    """
    draft: dict[str, Any] = admin.data.get("draft") or {}
    if button is not None and draft.get("token") != button.token:
        raise QuestionExpired
    needed = {"token", "reward_type"}  # an older release's draft has no token
    if answered:
        needed |= {field.value for field in _QUESTIONS}
    if not needed <= draft.keys():
        raise QuestionExpired
    return draft


async def _ask(admin: AdminContext, draft: dict[str, Any], field: Field) -> _Page:
    """Ask for a field of the draft."""
    await admin.ask(_QUESTIONS[field], draft=draft)
    kind = RewardType(draft["reward_type"])
    return texts.ask(kind, field), draft_keyboards.asks_for(field, draft)


async def _go_on(admin: AdminContext, draft: dict[str, Any]) -> _Page:
    """Ask for the first answer that is missing, then for a condition; show the draft in the end."""
    for field in _QUESTIONS:
        if field not in draft:
            return await _ask(admin, draft, field)
    if draft["conditions"]:
        return await _summarize(admin, draft)
    await admin.close(draft=draft)
    return texts.ask_condition(), draft_keyboards.draft_conditions(draft)


async def _add_condition(
    admin: AdminContext, draft: dict[str, Any], condition: dict[str, Any]
) -> _Page:
    """Put a condition beside the others, with them if they are one group, and show the draft."""
    groups = {one["condition_group"] for one in draft["conditions"]}
    group = groups.pop() if len(groups) == 1 else ALL_OF
    conditions = [*draft["conditions"], {**condition, "condition_group": group}]
    return await _summarize(admin, {**draft, "conditions": conditions})


async def _summarize(admin: AdminContext, draft: dict[str, Any]) -> _Page:
    """Show the whole draft and who fulfils it, with the button that creates the reward."""
    if "reward_id" in draft or not draft["conditions"]:
        return await show_conditions(admin, draft)
    await admin.close(draft=draft)
    fulfilling = await count_fulfilling(admin.economy, draft["conditions"])
    return texts.draft_summary(draft, fulfilling), draft_keyboards.summary(draft)


async def show_conditions(admin: AdminContext, draft: dict[str, Any]) -> _Page:
    """Show each condition and who fulfils them, with the buttons that change them."""
    await admin.close(draft=draft)
    fulfilling = await count_fulfilling(admin.economy, draft["conditions"])
    text = texts.condition_editor(draft, fulfilling)
    return text, draft_keyboards.condition_editor(draft)
