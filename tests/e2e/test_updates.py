"""`python main.py updates`, as a program of its own."""

from pathlib import Path

from tests.support import bare_sqlite
from tests.support.programs import document, run_apply, run_main


def test_updates_put_aside(tmp_path: Path, sqlite_url: str) -> None:
    """They are listed for people and for machines, with what they were."""
    run_apply(tmp_path, sqlite_url)
    bare_sqlite.execute(
        tmp_path / "besitos.db",
        """INSERT INTO failed_updates
           VALUES (7, '{"update_id": 7, "message": {"text": "💋"}}', 'ZeroDivisionError', 5,
                   '2026-01-02 03:04:05.000000', '2026-01-02 03:05:00.000000')""",
    )

    listed = document(run_main(tmp_path, "updates", "--json", DATABASE_URL=sqlite_url))
    shown = run_main(tmp_path, "updates", DATABASE_URL=sqlite_url)

    assert {
        "updates": [
            {
                "update_id": 7,
                "kind": "message",
                "error": "ZeroDivisionError",
                "attempts": 5,
                "first_failed_at": "2026-01-02T03:04:05+00:00",
                "last_failed_at": "2026-01-02T03:05:00+00:00",
                "content": {"update_id": 7, "message": {"text": "💋"}},
            }
        ]
    } == listed
    assert (
        "2026-01-02 03:04:05 UTC  7 message: 5 attempts, the last at 2026-01-02 03:05:00 UTC; "
        "ZeroDivisionError"
    ) == shown.stdout.splitlines()[0]
