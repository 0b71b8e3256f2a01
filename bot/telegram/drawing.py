"""The chart's drawing, a program of its own: what it imports ends with it.

The plotting library takes 50 MiB, which a process that has imported it once keeps for good. Reads
what to draw as JSON from stdin and writes a PNG to stdout; imports nothing of ours.
"""

import json
import logging
import sys
from io import BytesIO
from typing import Any, Final

_EARNED_COLOR: Final = "#d6336c"
_SPENT_COLOR: Final = "#495057"
_GRID_COLOR: Final = "#dee2e6"
_BAR_WIDTH: Final = 0.4


def draw(days: list[tuple[int, int]], words: dict[str, Any]) -> bytes:
    """Return a PNG with two bars for each day: what was earned, what was spent."""
    # Slow to import, and whoever only looks at this module's path does not need them.
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
    left = [place - _BAR_WIDTH / 2 for place in places]
    right = [place + _BAR_WIDTH / 2 for place in places]
    for side, index, name, color in (
        (left, 0, "earned", _EARNED_COLOR),
        (right, 1, "spent", _SPENT_COLOR),
    ):
        heights = [day[index] for day in days]
        axes.bar(side, heights, _BAR_WIDTH, label=words[name], color=color)
    axes.set_title(words["title"], loc="left", fontweight="bold")
    axes.set_xticks(list(places), words["days"])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.yaxis.set_major_formatter(lambda value, _at: f"{value:,.0f}".replace(",", " "))
    axes.set_ylim(bottom=0, top=max([1, *(max(day) for day in days)]) * 1.08)
    axes.grid(axis="y", color=_GRID_COLOR)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize="small")
    axes.legend(frameon=False, ncols=2, loc="upper right", bbox_to_anchor=(1, 1.13))
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def main() -> None:
    """Draw what stdin says."""
    asked: dict[str, Any] = json.load(sys.stdin.buffer)
    sys.stdout.buffer.write(draw(asked["days"], asked["words"]))


if __name__ == "__main__":
    main()
