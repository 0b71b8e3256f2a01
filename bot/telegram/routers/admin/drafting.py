"""The draft of a reward: what is known of it, and the question that comes next."""

from typing import Any, Final

from aiogram.fsm.state import State
from aiogram.types import InlineKeyboardMarkup

from bot.gamification.admin.drafts import ALL_OF
from bot.gamification.admin.rewards import Field
from bot.gamification.models import RewardType
from bot.telegram.routers.admin import reward_keyboards
from bot.telegram.routers.admin.callbacks import DraftButton
from bot.telegram.routers.admin.desk import Desk, QuestionOver
from bot.telegram.routers.admin.states import Asking
from bot.telegram.texts.admin import drafts as texts
from bot.telegram.texts.admin import rewards as reward_texts

Page = tuple[str, InlineKeyboardMarkup]

#: The questions in their order, each with the field of the draft that it fills.
QUESTIONS: Final[dict[Field, State]] = {
    Field.NAME: Asking.draft_name,
    Field.DESCRIPTION: Asking.draft_description,
    Field.VALUE: Asking.draft_value,
    Field.CLAIM_WINDOW: Asking.draft_window,
}


def new_draft(desk: Desk, kind: RewardType) -> dict[str, Any]:
    """Begin a draft. This very update names it, so that its buttons act on no other."""
    return {"asked": desk.update_id, "reward_type": kind.value, "conditions": []}


def current_draft(
    desk: Desk, button: DraftButton | None = None, *, answered: bool = False
) -> dict[str, Any]:
    """Return the draft that `button` belongs to, with all questions `answered`.

    Raises `QuestionOver` when it is another one by now, or none.
    """
    draft: dict[str, Any] = desk.known.get("draft") or {}
    if button is not None and draft.get("asked") != button.asked:
        raise QuestionOver
    needed = {field.value for field in QUESTIONS} if answered else {"reward_type"}
    if not needed <= draft.keys():
        raise QuestionOver
    return draft


async def ask(desk: Desk, draft: dict[str, Any], field: Field) -> Page:
    """Ask for a field of the draft."""
    await desk.ask(QUESTIONS[field], draft=draft)
    kind = RewardType(draft["reward_type"])
    return reward_texts.ask(kind, field), reward_keyboards.asks_for(field, draft)


async def ask_after(desk: Desk, draft: dict[str, Any], field: Field) -> Page:
    """Go on behind a question: to the next one, and behind the last to the conditions."""
    fields = list(QUESTIONS)
    following = fields[fields.index(field) + 1 :]
    if following:
        return await ask(desk, draft, following[0])
    await desk.close(draft=draft)
    return texts.ask_condition(), reward_keyboards.draft_conditions(draft)


async def add_condition(desk: Desk, draft: dict[str, Any], condition: dict[str, Any]) -> Page:
    """Put a condition beside the others and show the draft."""
    group = draft["conditions"][0]["condition_group"] if draft["conditions"] else ALL_OF
    conditions = [*draft["conditions"], {**condition, "condition_group": group}]
    return await summarize(desk, {**draft, "conditions": conditions})


async def summarize(desk: Desk, draft: dict[str, Any]) -> Page:
    """Show the whole draft, with the button that creates the reward."""
    await desk.close(draft=draft)
    return texts.summary(draft), reward_keyboards.summary(draft)
