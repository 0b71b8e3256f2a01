"""Reward creation, question by question; the draft is what the manifest would say."""

from typing import Any, Final

from aiogram import F, Router
from aiogram.fsm.state import State
from aiogram.types import CallbackQuery, InlineKeyboardMarkup, Message

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
from bot.telegram.filters import Answer
from bot.telegram.replies import Answers, replace_page
from bot.telegram.routers.admin import keyboards
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
        router.message.register(take_answer, state, Answer())
    router.message.register(take_condition_value, Asking.condition_value, Answer())
    return router


async def begin(callback_query: CallbackQuery, admin: AdminContext) -> Answers:
    """Ask what the reward gives."""
    await admin.close()
    return replace_page(callback_query, texts.ask_type(), keyboards.draft_types())


async def take_type(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Begin the draft and ask for its name."""
    draft = _new_draft(admin, RewardType(callback_data.what))
    return replace_page(callback_query, *await _ask(admin, draft, Field.NAME))


async def take_answer(message: Message, admin: AdminContext) -> Answers:
    """Put what was typed into the draft, and ask the next question."""
    draft = _current_draft(admin)
    field = next(one for one, state in _QUESTIONS.items() if state.state == admin.question)
    value = parse_field(RewardType(draft["reward_type"]), field, message.text or "")
    if field is Field.NAME:
        await refuse_taken_name(admin.economy, value)
    text, keyboard = await _ask_after(admin, {**draft, field.value: value}, field)
    return [message.answer(text, reply_markup=keyboard)]


async def take_no_description(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Leave the description out, and ask the next question."""
    if admin.question != Asking.draft_description.state:
        raise QuestionExpired
    draft = {**_current_draft(admin, callback_data), Field.DESCRIPTION.value: None}
    return replace_page(callback_query, *await _ask_after(admin, draft, Field.DESCRIPTION))


async def ask_condition(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Ask what one more condition is about."""
    draft = _current_draft(admin, callback_data, answered=True)
    return replace_page(callback_query, texts.ask_condition(), keyboards.draft_conditions(draft))


async def take_condition(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Add a condition, once it is known how much it takes."""
    draft = _current_draft(admin, callback_data, answered=True)
    kind = ConditionType(callback_data.what)
    if kind in UNCOUNTED:
        return replace_page(
            callback_query, *await _add_condition(admin, draft, parse_condition(kind))
        )
    await admin.ask(Asking.condition_value, draft=draft, condition=kind.value)
    keyboard = keyboards.draft_condition_value(draft)
    return replace_page(callback_query, texts.ask_condition_value(kind), keyboard)


async def take_condition_value(message: Message, admin: AdminContext) -> Answers:
    """Add the condition with what was typed."""
    draft = _current_draft(admin, answered=True)
    kind = ConditionType(admin.data["condition"])
    text, keyboard = await _add_condition(admin, draft, parse_condition(kind, message.text))
    return [message.answer(text, reply_markup=keyboard)]


async def take_group(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Choose whether all conditions must hold, or one of them."""
    draft = _current_draft(admin, callback_data, answered=True)
    group = ANY_OF if callback_data.what == str(ANY_OF) else ALL_OF
    conditions = [{**one, "condition_group": group} for one in draft["conditions"]]
    return replace_page(
        callback_query, *await _summarize(admin, {**draft, "conditions": conditions})
    )


async def switch(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Make the draft repeatable or secret, or no longer so."""
    draft = _current_draft(admin, callback_data, answered=True)
    flag = Flag(callback_data.what).value
    return replace_page(
        callback_query, *await _summarize(admin, {**draft, flag: not draft.get(flag)})
    )


async def show_summary(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Come back from a question about one more condition."""
    draft = _current_draft(admin, callback_data, answered=True)
    return replace_page(callback_query, *await _summarize(admin, draft))


async def create(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Create the reward; a second press finds its name taken."""
    draft = _current_draft(admin, callback_data, answered=True)
    wanted = {name: value for name, value in draft.items() if name != "token"}
    reward = await create_reward(admin.economy, admin.id, wanted)
    admin.rules_changed()
    text = f"✅ {texts.created()}\n\n{texts.one(reward)}"
    return replace_page(callback_query, text, keyboards.reward(reward))


async def discard(
    callback_query: CallbackQuery, callback_data: DraftButton, admin: AdminContext
) -> Answers:
    """Forget the draft: no button of it creates anything any more."""
    _current_draft(admin, callback_data)
    await admin.close()
    return await show_all(callback_query, Go(section=Section.REWARDS), admin)


def _new_draft(admin: AdminContext, kind: RewardType) -> dict[str, Any]:
    """Begin a draft. This very update names it, so that its buttons act on no other."""
    return {"token": admin.update_id, "reward_type": kind.value, "conditions": []}


def _current_draft(
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
    return texts.ask(kind, field), keyboards.asks_for(field, draft)


async def _ask_after(admin: AdminContext, draft: dict[str, Any], field: Field) -> _Page:
    """Go on behind a question: to the next one, and behind the last to the conditions."""
    fields = list(_QUESTIONS)
    following = fields[fields.index(field) + 1 :]
    if following:
        return await _ask(admin, draft, following[0])
    await admin.close(draft=draft)
    return texts.ask_condition(), keyboards.draft_conditions(draft)


async def _add_condition(
    admin: AdminContext, draft: dict[str, Any], condition: dict[str, Any]
) -> _Page:
    """Put a condition beside the others and show the draft."""
    group = draft["conditions"][0]["condition_group"] if draft["conditions"] else ALL_OF
    conditions = [*draft["conditions"], {**condition, "condition_group": group}]
    return await _summarize(admin, {**draft, "conditions": conditions})


async def _summarize(admin: AdminContext, draft: dict[str, Any]) -> _Page:
    """Show the whole draft, with the button that creates the reward."""
    await admin.close(draft=draft)
    return texts.draft_summary(draft), keyboards.summary(draft)
