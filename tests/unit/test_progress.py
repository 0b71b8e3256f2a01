"""Progress where there is no terminal."""

import logging

import pytest

from bot.progress import LogProgress


def test_a_line_every_few_seconds(caplog: pytest.LogCaptureFixture) -> None:
    """Progress is logged at most every five seconds, so a quick backfill logs nothing."""
    now = 0.0
    progress = LogProgress("profiles: %d of %d users looked at", clock=lambda: now)
    caplog.set_level(logging.INFO)

    for second in range(12):
        now = float(second)
        progress(second * 10, 120)

    assert [
        "profiles: 50 of 120 users looked at",
        "profiles: 100 of 120 users looked at",
    ] == caplog.messages
