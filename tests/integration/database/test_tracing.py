"""Work under the tracing that operators use: real sentry-sdk, real OpenTelemetry."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support import tracing_children
from tests.support.processes import Worker

ACCOUNT, LEDGER = "SELECT users.user_id", "INSERT INTO transactions"
PAID = "UPDATE user_gamification_profiles"
#: Each step, what comes of it, and what the statements have that its spans must show.
STEPS: list[tuple[str, Any, list[str]]] = [
    ("start", "seeded", ["SELECT"]),
    ("reaction", 5, [ACCOUNT, "INSERT INTO user_reactions", LEDGER, PAID]),
    ("gift", True, [ACCOUNT, LEDGER, PAID]),
    ("failure", True, ["INSERT INTO bot_config"]),
]


@pytest.mark.parametrize(
    "work", [tracing_children.sentry, tracing_children.opentelemetry], ids=["sentry", "otel"]
)
def test_traced_work(database_url: str, work: Callable[..., None]) -> None:
    """Everything works as without it, and each statement has its span."""
    with Worker(work, database_url) as worker:
        seen = worker.receive()

    for step, outcome, statements in STEPS:
        assert outcome == seen[step][0], step
        for statement in statements:
            assert any(statement in one for one in seen[step][1]), (step, statement)


def test_rewritten_statement(sqlite_url: str) -> None:
    """What a listener makes of a statement is what the database gets and the span shows."""
    with Worker(tracing_children.opentelemetry, sqlite_url) as worker:
        _, spans = worker.receive()["reaction"]

    inserts = [one for one in spans if one.startswith("INSERT")]
    assert inserts
    assert all("/*db_driver='aiosqlite'" in one for one in inserts)
