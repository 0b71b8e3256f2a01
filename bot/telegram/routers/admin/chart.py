"""Chart of the statistics as a PNG, drawn by a process that ends, and only when it is sent."""

import asyncio
import importlib.util
import json
import logging
import sys
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict
from typing import Final

from aiogram import Bot
from aiogram.types import InputFile

from bot.errors import BesitosError
from bot.gamification.admin.statistics import DailyTotals
from bot.telegram import drawing
from bot.telegram.texts.admin.panel import ChartWords

logger = logging.getLogger(__name__)

#: Seconds that a drawing gets: a start of Python, an import and half a second's work.
PATIENCE: Final = 60.0


class ChartError(BesitosError):
    """The chart could not be drawn; it is not Telegram's fault."""


def can_draw() -> bool:
    """Whether the plotting library is installed: it is an extra (`besitos[charts]`)."""
    return importlib.util.find_spec("matplotlib") is not None


class ChartFile(InputFile):
    """A picture that does not exist until it is uploaded.

    A handler only hands over the numbers; whoever delivers the message, after the commit, reads
    the file, and reading draws it in a process of its own. No transaction waits for a picture.
    """

    def __init__(self, days: Sequence[DailyTotals], words: ChartWords) -> None:
        """Draw `days`, later."""
        super().__init__(filename="besitos.png")
        self._days = days
        self._words = words

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:  # noqa: ARG002 - aiogram's
        """Draw the picture. Raises `ChartError`."""
        yield await draw_chart(self._days, self._words)


async def draw_chart(days: Sequence[DailyTotals], words: ChartWords) -> bytes:
    """Return a PNG with two bars for each day. Raises `ChartError`, and logs why."""
    asked = {
        "days": [(day.earned, day.spent) for day in days],
        "words": asdict(words),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # its neighbours' names are nobody's modules
        drawing.__file__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            picture, errors = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise _failed(f"no picture within {PATIENCE:g} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise _failed(lines[-1] if lines else f"exit code {process.returncode}")
    return picture


def _failed(reason: str) -> ChartError:
    logger.warning("the chart could not be drawn: %s", reason)
    return ChartError(reason)
