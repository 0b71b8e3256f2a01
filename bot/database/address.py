"""The database that `DATABASE_URL` names, and how a person may see it."""

from pathlib import Path
from typing import ClassVar, Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import BesitosError

DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
#: What may follow the `?`: these asyncpg takes as the texts they are.
_OPTIONS: Final = frozenset(
    {"gsslib", "host", "krbsrvname", "passfile", "port", "service", "ssl", "target_session_attrs"}
)
#: What hosted databases hand out for libpq, where asyncpg does the same by itself or we do.
_NEEDLESS: Final = ("application_name", "channel_binding", "connect_timeout")


class DatabaseUrlError(BesitosError):
    """`DATABASE_URL` cannot be used."""

    exit_code: ClassVar[int] = 2


def parse_database_url(text: str) -> URL:
    """Give `DATABASE_URL` the async driver that we use.

    Raises `DatabaseUrlError`, whose text never repeats the URL, since that may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(_NOT_AN_ADDRESS) from None
    dialect, _, driver = url.drivername.partition("+")
    if dialect not in DRIVERS or driver not in {"", DRIVERS[dialect].partition("+")[2]}:
        raise DatabaseUrlError(
            f"DATABASE_URL asks for {url.drivername}, but only SQLite (sqlite+aiosqlite) and "
            "PostgreSQL (postgresql+asyncpg) are supported; write it that way."
        )
    url = url.set(drivername=DRIVERS[dialect])
    if url.get_backend_name() == "postgresql":
        url = _for_asyncpg(url)
    try:
        url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(_NOT_AN_ADDRESS) from None
    return url


def sqlite_file(url: URL) -> Path | None:
    """Where a SQLite database lives; None for PostgreSQL and for memory."""
    in_memory = not url.database or url.database == ":memory:" or url.database.startswith("file:")
    if url.get_backend_name() != "sqlite" or in_memory:
        return None
    return Path(str(url.database))


def describe(url: URL) -> str:
    """Return the database address as a person may see it: without password and query."""
    return url.set(query={}).render_as_string(hide_password=True)


_NOT_AN_ADDRESS: Final = (
    "DATABASE_URL is not a database address; write it like sqlite+aiosqlite:///besitos.db (three "
    "slashes, four for an absolute path) or postgresql://user:password@host/database."
)


def _for_asyncpg(url: URL) -> URL:
    if "@" in (url.host or ""):
        raise DatabaseUrlError(
            "DATABASE_URL has an @ inside its user name or password; write %40 there instead."
        )
    if sslmode := url.query.get("sslmode"):  # libpq's name, as hosted databases hand it out
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    url = url.difference_update_query(_NEEDLESS)
    if unknown := sorted(set(url.query) - _OPTIONS):
        raise DatabaseUrlError(
            f"DATABASE_URL has the option {unknown[0]!r}, which is not supported; take it out."
        )
    return url
