"""Progress of long work: a bar on a terminal, a log line every few seconds elsewhere."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from bot.seeding.hooks import Progress

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def shown_progress(
    name: str = "profiles", line: str = "%d of %d users looked at"
) -> Iterator[Progress]:
    """Give the reporter that suits where stderr goes: a bar of this name, or such lines."""
    if not sys.stderr.isatty():
        yield LogProgress(f"{name}: {line}")
        return
    # Rich takes a while to import, and most starts have nothing to show.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


class LogProgress:
    """Logs one line every few seconds, so nothing at all for what is quick."""

    def __init__(self, line: str, clock: Callable[[], float] = monotonic) -> None:
        """Start counting seconds now; `line` has a place for what is done and for all."""
        self._line = line
        self._clock = clock
        self._last = clock()

    def __call__(self, done: int, total: int) -> None:
        """Log the line when it is time."""
        now = self._clock()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            logger.info(self._line, done, total)
