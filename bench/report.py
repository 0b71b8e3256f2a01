"""The table of figures."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.measure import Turns


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `met` is None for a figure that has no aim."""

    name: str
    ours: str
    baseline: str
    compared: str
    aim: str = ""
    met: bool | None = None


def ratio(name: str, turns: Turns, at_most: float | None = None) -> Figure:
    """Return the figure of a ratio, which may have an aim."""
    low, high = turns.spread
    return Figure(
        name,
        duration(turns.ours_seconds),
        duration(turns.baseline_seconds),
        f"{turns.ratio:.2f}× ({low:.2f} to {high:.2f})",
        "" if at_most is None else f"≤ {at_most:g}×",
        None if at_most is None else turns.ratio <= at_most,
    )


def per_second(name: str, turns: Turns) -> Figure:
    """Return how often each side does it in a second; a machine's figure, so without an aim."""
    ours, baseline = 1 / turns.ours_seconds, 1 / turns.baseline_seconds
    return Figure(name, f"{ours:.0f}", f"{baseline:.0f}", f"{ours / baseline:.2f}×")


def duration(seconds: float) -> str:
    """Return seconds in the unit that suits them."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def show(figures: Iterable[Figure]) -> None:
    """Print the table."""
    table = Table("figure", "ours", "baseline", "ours : baseline (spread)", "aim", "")
    for figure in figures:
        verdict = {True: "[green]met[/]", False: "[red]above[/]", None: ""}[figure.met]
        table.add_row(
            figure.name, figure.ours, figure.baseline, figure.compared, figure.aim, verdict
        )
    console = Console(highlight=False, width=None if Console().is_terminal else 120)
    console.print(table)
    console.print("Medians; the spread is that of the pairs: quartiles, extremes below 8 pairs.")
