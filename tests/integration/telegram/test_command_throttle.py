"""Commands that one member repeats in a group, where all answers share one minute."""

import pytest
from sqlalchemy.exc import OperationalError

from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LUIS, LiveEconomy
from tests.support.updates import GROUP, command, user

pytestmark = pytest.mark.parametrize("seeded_databases", ["sqlite"], indirect=True)


async def test_in_a_group(telegram: Dispatching) -> None:
    """A member's many /top are answered three times; other commands and members as ever."""
    tops = [len(await telegram.feed(command("/top", user(ANA), chat=GROUP))) for _ in range(60)]
    mentioned = await telegram.feed(command("/TOP@besitos_bot", user(ANA), chat=GROUP))
    profile = await telegram.texts(command("/profile", user(ANA), chat=GROUP))
    other = await telegram.texts(command("/top", user(LUIS), chat=GROUP))

    assert [1] * 3 + [0] * 57 == tops
    assert [] == mentioned
    assert profile
    assert other


async def test_in_private(telegram: Dispatching) -> None:
    """In private a member delays nobody, and is always answered."""
    answers = [len(await telegram.feed(command("/top", user(ANA)))) for _ in range(10)]

    assert [1] * 10 == answers


async def test_what_comes_again(
    live: LiveEconomy, telegram: Dispatching, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that waits for the database uses up one, however often it comes."""

    async def away(*_: object) -> None:
        raise OperationalError("", None, OSError(), connection_invalidated=True)

    update = command("/daily", user(ANA), chat=GROUP)
    with monkeypatch.context() as broken:
        broken.setattr("bot.telegram.routers.daily_gift.take_gift", away)
        for _ in range(10):
            with pytest.raises(OperationalError):
                await telegram.feed(update)

    gift, *_ = await telegram.texts(update)

    assert gift.startswith("🎁")
