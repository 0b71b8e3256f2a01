import asyncio
from collections.abc import Iterator

import pytest

from bot.telegram.i18n import make_i18n
from tests.support.fakes import FakeBot, FakeSleep


@pytest.fixture
def spanish() -> Iterator[None]:
    """Speak as to a member whose language we do not have."""
    i18n = make_i18n()
    with i18n.context(), i18n.use_locale("es"):
        yield


@pytest.fixture
def english() -> Iterator[None]:
    """Speak as to an English member."""
    i18n = make_i18n()
    with i18n.context(), i18n.use_locale("en"):
        yield


@pytest.fixture
def bot() -> FakeBot:
    return FakeBot()


@pytest.fixture
def sleep(monkeypatch: pytest.MonkeyPatch) -> FakeSleep:
    """Let nobody really sleep between attempts."""
    sleep = FakeSleep()
    monkeypatch.setattr(asyncio, "sleep", sleep)
    return sleep
