"""Pauses between attempts."""

import asyncio
from collections.abc import Coroutine

import pytest

from bot.telegram.client import Backoff


async def test_pauses_grow_with_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is up to twice as long as the one before, up to half a minute, and begins anew."""
    pauses: list[float] = []

    async def pass_by(waiting: Coroutine[object, object, object], pause: float) -> None:
        waiting.close()
        pauses.append(pause)
        raise TimeoutError

    monkeypatch.setattr(asyncio, "wait_for", pass_by)
    backoff = Backoff(asyncio.Event())
    for _ in range(9):
        await backoff.wait()
    backoff.reset()
    await backoff.wait()

    longest = [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 0.5]
    assert all(most / 2 <= pause <= most for pause, most in zip(pauses, longest, strict=True))
    assert len(set(pauses)) == len(pauses)
