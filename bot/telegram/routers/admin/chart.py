"""Chart of the statistics as a PNG, drawn off the event loop and only when it is sent."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from io import BytesIO
from typing import Final

from aiogram import Bot
from aiogram.types import InputFile

from bot.gamification.admin.statistics import DailyTotals
from bot.telegram.texts.admin.panel import ChartWords

_EARNED_COLOR: Final = "#d6336c"
_SPENT_COLOR: Final = "#495057"
_GRID_COLOR: Final = "#dee2e6"
_BAR_WIDTH: Final = 0.4


class ChartFile(InputFile):
    """A picture that does not exist until it is uploaded.

    A handler only hands over the numbers; whoever delivers the message, after the commit, reads
    the file, and reading draws it in a worker thread. No transaction waits for a picture.
    """

    def __init__(self, days: Sequence[DailyTotals], words: ChartWords) -> None:
        """Draw `days`, later."""
        super().__init__(filename="besitos.png")
        self._days = days
        self._words = words

    async def read(self, bot: Bot) -> AsyncGenerator[bytes, None]:  # noqa: ARG002 - aiogram's
        """Draw the picture; an upload that is tried again draws it again."""
        yield await asyncio.to_thread(draw_chart, self._days, self._words)


def draw_chart(days: Sequence[DailyTotals], words: ChartWords) -> bytes:
    """Return a PNG with two bars for each day. Takes tenths of a second: call it in a thread."""
    # Slow to import, and only admins ever see a chart.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    # On its first use on a machine it tells of each font that it cannot read.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.WARNING)
    # Objects only: pyplot keeps every figure in a global list and is not made for threads.
    figure = Figure(
        figsize=(7.2, 4.2), dpi=150, layout=ConstrainedLayoutEngine(w_pad=0.15, h_pad=0.15)
    )
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = range(len(days))
    earned = [place - _BAR_WIDTH / 2 for place in places]
    spent = [place + _BAR_WIDTH / 2 for place in places]
    axes.bar(
        earned, [day.earned for day in days], _BAR_WIDTH, label=words.earned, color=_EARNED_COLOR
    )
    axes.bar(spent, [day.spent for day in days], _BAR_WIDTH, label=words.spent, color=_SPENT_COLOR)
    axes.set_title(words.title, loc="left", fontweight="bold")
    axes.set_xticks(list(places), list(words.days))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.yaxis.set_major_formatter(lambda value, _at: f"{value:,.0f}".replace(",", " "))
    axes.set_ylim(bottom=0, top=max([1, *(max(day.earned, day.spent) for day in days)]) * 1.08)
    axes.grid(axis="y", color=_GRID_COLOR)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize="small")
    axes.legend(frameon=False, ncols=2, loc="upper right", bbox_to_anchor=(1, 1.13))
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()
