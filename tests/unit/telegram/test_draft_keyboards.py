"""Keyboards of a reward's draft."""

from typing import Any

import pytest

from bot.telegram.routers.admin.draft_keyboards import MOST_CONDITIONS, condition_editor, summary
from bot.telegram.texts.admin.rewards import add_condition

#: Buttons that Telegram takes under one message.
MOST_BUTTONS = 100


@pytest.mark.parametrize("count", [1, MOST_CONDITIONS - 1, MOST_CONDITIONS, 60])
@pytest.mark.usefixtures("spanish")
def test_as_many_conditions_as_there_is_room_for(count: int) -> None:
    """A draft takes no more conditions than its page has room for buttons."""
    conditions = [
        {"condition_type": "TOTAL_POINTS", "condition_value": n, "condition_group": 0}
        for n in range(1, count + 1)
    ]
    draft: dict[str, Any] = {"token": 1, "reward_type": "BESITOS", "conditions": conditions}

    for markup in (condition_editor(draft), summary(draft)):
        labels = [one.text for row in markup.inline_keyboard for one in row]
        assert len(labels) <= MOST_BUTTONS
        assert (count < MOST_CONDITIONS) == (add_condition() in labels)
