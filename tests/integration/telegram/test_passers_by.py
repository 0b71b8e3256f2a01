"""Strangers in the bot's sight: they cost no row before they earn or speak to the bot."""

from collections.abc import Callable
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import Update

from bot.telegram.keyboards import ClaimReward, ShowHistory, ShowRewards, ShowTop
from tests.support.dispatching import Dispatching
from tests.support.economy import LiveEconomy, count_rows
from tests.support.updates import GROUP, command, press, reaction, showing, user

MANY = 40
IN_GROUP: dict[str, Any] = {"chat": GROUP}
PICTURE = {"file_id": "1", "file_unique_id": "1", "width": 1, "height": 1}


def pressed(data: CallbackData, who: dict[str, Any]) -> Update:
    return press(data.pack(), who, showing(data.pack()))


PASSING: dict[str, Callable[[dict[str, Any]], Update]] = {
    "a message in the group": lambda who: command("hola a todos", who, entities=[], **IN_GROUP),
    "a picture in the group": lambda who: command(
        "mirad", who, entities=[], photo=[PICTURE], **IN_GROUP
    ),
    "another bot's command": lambda who: command("/weather", who, **IN_GROUP),
    "a message in private": lambda who: command("hola", who, entities=[]),
    "/help": lambda who: command("/help", who),
    "/admin": lambda who: command("/admin", who),
    "a reaction taken away": lambda who: reaction(1, who, emoji=None),
    "a reaction in private": lambda who: reaction(
        1, who, chat={"id": who["id"], "type": "private", "first_name": "x"}
    ),
    "a claim of another's reward": lambda who: pressed(ClaimReward(user_id=7, reward_id=1), who),
    "a page of another's rewards": lambda who: pressed(ShowRewards(user_id=7, page=1), who),
    "a page of another's board": lambda who: pressed(ShowTop(user_id=7, page=1), who),
    "a page of another's ledger": lambda who: pressed(ShowHistory(user_id=7, older_than=0), who),
    "a press on an old button": lambda who: press("gone", who, showing("gone")),
    "a press on no button": lambda who: press("forged", who, showing(None)),
}


async def test_costs_no_row(live: LiveEconomy, telegram: Dispatching) -> None:
    """Whatever passers-by do in its sight, users and profiles stay as they are."""
    for number in range(MANY):
        for passing in PASSING.values():
            await telegram.feed(passing(user(5000 + number)))

    assert 0 == await count_rows(live.engine, "users")
    assert 0 == await count_rows(live.engine, "user_gamification_profiles")


@pytest.mark.parametrize(
    "update",
    [
        reaction(1, user(1001)),
        command("/start", user(1001)),
        command("/daily", user(1001)),
        command("/profile", user(1001), **IN_GROUP),
    ],
    ids=["reaction", "/start", "/daily", "/profile in the group"],
)
async def test_becomes_a_member(live: LiveEconomy, telegram: Dispatching, update: Update) -> None:
    """Whoever earns, or speaks to the bot, is registered by that very update."""
    await telegram.feed(update)

    assert 1 == await count_rows(live.engine, "user_gamification_profiles", "user_id = 1001")
