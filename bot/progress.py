"""Progress of the backfill: a bar on a terminal, a log line every few seconds elsewhere."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from bot.seeding.hooks import Progress

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Give the reporter that suits where stderr goes."""
    if not sys.stderr.isatty():
        yield LogProgress()
        return
    # Rich takes a while to import, and most starts have nothing to show.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("profiles", visible=False)
        yield lambda done, total: bar.update(task, completed=done, total=total, visible=True)


class LogProgress:
    """Logs one line every few seconds, so nothing at all for a quick backfill."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Start counting seconds now."""
        self._clock = clock
        self._last = clock()

    def __call__(self, done: int, total: int) -> None:
        """Log the line when it is time."""
        now = self._clock()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            logger.info("profiles: %d of %d users looked at", done, total)
