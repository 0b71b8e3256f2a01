"""Stops before statements, in the process that `tests.support.stepping` goes through."""

from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Engine, event


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


def tell_statements(engine: Engine, stop: Callable[[str], None]) -> None:
    """Call `stop` with each statement before it runs."""
    if engine.dialect.name == "sqlite":
        # SQLite itself tells of each statement, pragmas included.
        event.listen(
            engine,
            "connect",
            lambda made, _: made.run_async(lambda driver: driver.set_trace_callback(stop)),
        )
        return
    # SQLAlchemy tells of each statement; COMMIT and what follows it is the driver's own.
    commit = engine.dialect.do_commit

    def stop_around_commit(connection: Any) -> None:
        stop("COMMIT")
        commit(connection)
        stop("the end of the process")

    engine.dialect.do_commit = stop_around_commit
    event.listen(
        engine, "before_cursor_execute", lambda _connection, _cursor, sql, *_rest: stop(sql)
    )
