"""Stops before statements, in the process that `tests.support.stepping` goes through."""

from collections.abc import Callable
from multiprocessing.connection import Connection


def stops_of(connection: Connection) -> Callable[[str], None]:
    """Return what sends a statement and waits; the answer is how many pass then unseen."""
    passing = 0

    def stop(sql: str) -> None:
        nonlocal passing
        if passing:
            passing -= 1
            return
        connection.send(sql.strip())
        passing = connection.recv()

    return stop
