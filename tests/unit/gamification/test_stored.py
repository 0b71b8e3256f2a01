"""Reading what may be anything, and saying what is wrong with it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gamification.stored import Problem, ProblemLog, read_day, read_json, read_moment, read_text

CINCO = Problem.of("bot_config", 1, "besitos_daily_gift", "cinco")


@given(st.binary(max_size=40) | st.none())
def test_any_bytes(stored: bytes | None) -> None:
    """Whatever is stored, it is read or it is none, and it can be named."""
    assert isinstance(read_moment(stored), datetime | None)
    assert isinstance(read_day(stored), date | None)
    assert isinstance(read_text(stored), str | None)
    read_json(stored)
    assert len(Problem.of("t", 1, "c", stored).value) <= 60


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment(moment: datetime) -> None:
    """A moment is the same moment, however it was written, and whichever engine gives it."""
    naive = moment.replace(tzinfo=None)
    texts = (moment.isoformat(), moment.isoformat(" "), naive.isoformat(" ", "microseconds"))

    assert [moment] * 3 == [read_moment(one.encode()) for one in texts]
    assert moment == read_moment(moment)
    assert moment.date() == read_day(moment.date()) == read_day(texts[1].encode())


def test_sentence() -> None:
    """A problem says where it is, what is there, what follows and what to do."""
    assert (
        "rewards row 3 is left out: its reward_value is wrong ('{amount: 15}': no JSON); correct "
        "it in the database."
    ) == str(Problem.of("rewards", 3, "reward_value", b"{amount: 15}", "no JSON"))


def test_log(caplog: pytest.LogCaptureFixture) -> None:
    """A problem is logged when it comes, when it changes, and when it comes back."""
    log = ProblemLog()
    seis = Problem.of("bot_config", 1, "besitos_daily_gift", "seis")

    for found in ((CINCO,), (CINCO,), (seis,), (), (seis,)):
        log.name("settings", found)
    log.name("elsewhere", (seis,))

    assert [str(one) for one in (CINCO, seis, seis, seis)] == caplog.messages
