"""Shutdown on signals, on loops that take signal handlers and on those that do not."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.shutdown import in_background, leave_threads_behind, stop_on_signals, unless_stopped
from tests.support.programs import ROOT, run


class WindowsLoop(asyncio.SelectorEventLoop):
    """A loop as on Windows, which takes no signal handlers."""

    def add_signal_handler(self, sig: int, callback: Any, *args: Any) -> None:
        """Refuse."""
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Leave the process with the handlers that it had."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("loop", [asyncio.SelectorEventLoop, WindowsLoop])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_sets_the_event(
    loop: type[asyncio.SelectorEventLoop], number: signal.Signals
) -> None:
    """Whatever waits ends, and whoever waited is told by None."""

    async def wait() -> None:
        stop = stop_on_signals()
        asyncio.get_running_loop().call_soon(signal.raise_signal, number)
        assert None is await asyncio.wait_for(unless_stopped(asyncio.sleep(60, "late"), stop), 30)
        assert stop.is_set()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(wait())


async def test_work_that_is_done_first() -> None:
    """Its result is returned."""
    assert 7 == await unless_stopped(asyncio.sleep(0, 7), asyncio.Event())


async def test_death_in_the_background(caplog: pytest.LogCaptureFixture) -> None:
    """What a task dies of while the block runs is an error in the log, at once and once."""

    async def work() -> None:
        raise RuntimeError("odd")

    async with in_background(work()) as task:
        await asyncio.wait([task])
        (told,) = caplog.records

    assert ("ERROR", [told]) == (told.levelname, caplog.records)
    assert "odd" in caplog.text


@pytest.mark.parametrize("seconds", [0, 3600])
async def test_end_in_the_background(caplog: pytest.LogCaptureFixture, seconds: float) -> None:
    """A task that is done, or cancelled at the end of the block, is no failure."""
    async with in_background(asyncio.sleep(seconds)):
        await asyncio.sleep(0.01)

    assert [] == caplog.records


HANGING = """
import asyncio, time
from bot.shutdown import leave_threads_behind

async def wait():
    leave_threads_behind()
    hanging = asyncio.create_task(asyncio.to_thread(time.sleep, 3600))
    print(await asyncio.to_thread(str, 7))

asyncio.run(wait())
"""


def test_end_beside_a_thread_that_hangs(tmp_path: Path) -> None:
    """A resolver without an answer keeps neither the loop nor the process from its end."""
    ended = run(["-c", HANGING], tmp_path, PYTHONPATH=str(ROOT))

    assert (0, "7\n", "") == (ended.exit_code, ended.stdout, ended.stderr)


async def test_work_in_threads() -> None:
    """Results and failures come back from a thread each, however many hang."""
    leave_threads_behind()
    over = threading.Event()
    hanging = [asyncio.create_task(asyncio.to_thread(over.wait)) for _ in range(50)]
    await asyncio.sleep(0)

    assert 7 == await asyncio.to_thread(int, "7")
    with pytest.raises(ValueError, match="seven"):
        await asyncio.to_thread(int, "seven")
    over.set()
    assert [True] * 50 == await asyncio.gather(*hanging)
