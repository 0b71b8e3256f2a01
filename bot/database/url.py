"""Database address of `DATABASE_URL`, checked, and shown without its password."""

import os
import re
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.database import libpq
from bot.database.errors import DatabaseUrlError
from bot.settings import Settings, has_invisible

DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
#: What may follow the `?` for PostgreSQL, and the form of its value.
_OPTIONS: Final = {
    "application_name": ".+",
    "channel_binding": "disable|prefer|require",
    "connect_timeout": "[0-9]{1,9}",
    "gsslib": "gssapi|sspi",
    "host": "[^:]+|.*,.*",
    "krbsrvname": r"[\w.-]+",
    "options": ".+",
    "passfile": ".+",
    "port": "[0-9]{1,5}(,[0-9]{1,5})*",
    "ssl": "disable|allow|prefer|require|verify-ca|verify-full",
    "sslcert": ".+",
    "sslcrl": ".+",
    "sslkey": ".+",
    "sslrootcert": ".+",
    "target_session_attrs": "any|primary|standby|read-write|read-only|prefer-standby",
}
#: A name, or an address of version 6 with its zone: no other % is one that stands for itself.
_HOST: Final = r"[\w.-]*|[\dA-Fa-f.]*:[\dA-Fa-f:.]*(%[\w.-]+)?"


def database_url(settings: Settings) -> URL:
    """Return the address that the settings give. Raises `DatabaseUrlError`."""
    return parse_database_url(settings.database_url.get_secret_value())


def parse_database_url(text: str) -> URL:
    """Give `DATABASE_URL` the async driver that we use.

    An address that may mean something else than what a parser makes of it is refused, such as a
    password with an @ in it, whose rest would become a host's name. Raises `DatabaseUrlError`.
    """
    try:
        single, hosts = libpq.split_hosts(text)
        url = make_url(single, keep_blank_values=True)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(_NOT_AN_ADDRESS) from None
    dialect, _, driver = url.drivername.lower().partition("+")
    if dialect not in DRIVERS or driver not in {"", DRIVERS[dialect].partition("+")[2]}:
        raise DatabaseUrlError(
            "DATABASE_URL asks for another database or driver, but only SQLite (sqlite+aiosqlite) "
            "and PostgreSQL (postgresql+asyncpg) are supported; write it that way."
        )
    url = url.set(drivername=DRIVERS[dialect])
    if dialect == "sqlite":
        return _for_sqlite(url)
    url = _for_asyncpg(url, text, hosts)
    try:
        libpq.connect_arguments(url, "")
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(_NOT_AN_ADDRESS) from None
    return url


def sqlite_file(url: URL) -> Path | None:
    """Where a SQLite database lives; None for PostgreSQL and for memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def files_beside(file: Path) -> tuple[Path, ...]:
    """Return the logs and the index that SQLite may have beside a file."""
    return tuple(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))


def is_part_of(url: URL, file: Path) -> bool:
    """Whether a file is the SQLite database, or one of those beside it, by whatever name."""
    database = sqlite_file(url)
    if database is None:
        return False
    database = Path(os.path.realpath(database))
    return Path(os.path.realpath(file)) in {database, *files_beside(database)}


def describe(url: URL) -> str:
    """Return the database address as a person may see it: where it is, and not who may enter."""
    return libpq.place(url)


_NOT_AN_ADDRESS: Final = (
    "DATABASE_URL is not a database address; write it like sqlite+aiosqlite:///besitos.db (three "
    "slashes, four for an absolute path) or postgresql://user:password@host/database."
)
_AMBIGUOUS: Final = (
    "DATABASE_URL can be understood in more than one way; write it like "
    "postgresql://user:password@host:5432/database, with %40 for @, %2F for /, %3F for ?, %23 for "
    "# and %25 for % in user and password, and none of these in host and database."
)


def _for_sqlite(url: URL) -> URL:
    # Two slashes make the file's name a host's, and what SQLAlchemy says of that shows it all.
    if url.username is not None or url.host or url.port:
        raise DatabaseUrlError(_NOT_AN_ADDRESS)
    if url.query or re.match("(?i)file:", url.database or ""):
        raise DatabaseUrlError(
            "DATABASE_URL has options after the file's name or begins it with file:, which is not "
            "supported for SQLite; write it like sqlite+aiosqlite:///besitos.db."
        )
    if re.search(r"^\s|\s$", url.database or "") or has_invisible(url.database or ""):
        raise DatabaseUrlError(
            "DATABASE_URL has a blank at an end of the file's name, or a character in it that "
            "nobody sees; type it anew, like sqlite+aiosqlite:///besitos.db."
        )
    if re.search(r"\s#", url.database or ""):
        raise DatabaseUrlError(
            "DATABASE_URL has a # after a blank, which whoever hands out the environment took for "
            "a part of it and not for a comment; take it out."
        )
    path = re.sub(r"^[A-Za-z]:[/\\]", "", url.database or "")  # C:/ is no user's name
    if re.search(r":[^@]*@", path) or _is_garbled(path):
        raise DatabaseUrlError(_NOT_AN_ADDRESS)
    return url


def _for_asyncpg(url: URL, text: str, hosts: dict[str, str]) -> URL:
    # Each @ must have been understood as the end of user and password.
    understood = text.count("@") == (url.username is not None)
    if (
        not understood
        or not re.fullmatch(r"[^?#]*", url.username or "")
        or _is_garbled(f"{url.username}{url.password}")
        or not _is_host(url.host or "")
        or not re.fullmatch(r"[\w.$-]*", url.database or "")
    ):
        raise DatabaseUrlError(_AMBIGUOUS)
    if not libpq.is_port(url.port):
        raise DatabaseUrlError("DATABASE_URL has a port that does not exist; correct it.")
    if hosts and not {"host", "port"}.isdisjoint(url.query):
        raise DatabaseUrlError(_AMBIGUOUS)
    url = url.update_query_dict(hosts)
    url = url.update_query_dict(libpq.one_port_each(url.query))
    if url.query.get("ssl") == "true":
        url = url.update_query_dict({"ssl": "require"})
    if sslmode := url.query.get("sslmode"):  # libpq's name, as hosted databases hand it out
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": sslmode})
    for name, value in url.query.items():
        _check_option(name, value)
    for name, variable in libpq.CHOICES.items():
        given = None if name in url.query else os.environ.get(variable)
        if given is not None and not re.fullmatch(_OPTIONS[name], given):
            raise DatabaseUrlError(
                f"{variable} has a value that cannot be used; correct it or take it out."
            )
    return url


def _check_option(name: str, value: str | tuple[str, ...]) -> None:
    if name not in _OPTIONS:
        raise DatabaseUrlError(
            "DATABASE_URL has an option that is not supported; take it out (supported are "
            f"{', '.join(sorted(_OPTIONS))})."
        )
    usable = isinstance(value, str) and re.fullmatch(_OPTIONS[name], value) is not None
    each = str(value).split(",")  # of several hosts, the first that answers
    if usable and name == "host":
        usable = all(map(_is_host, each))
    elif usable and name == "port":
        usable = all(map(libpq.is_port, map(int, each)))
    if not usable:
        raise DatabaseUrlError(
            f"DATABASE_URL's option {name} has a value that cannot be used; correct it or take it "
            "out."
        )


def _is_garbled(text: str) -> bool:
    """Whether a % stood for itself and was taken for the beginning of a %40."""
    return re.search(r"[\0\ufffd]", text) is not None


def _is_host(text: str) -> bool:
    """Whether it can be a name, an address, or a socket's folder; empty: on this machine."""
    try:
        text.encode("idna")
    except UnicodeError:
        return text.startswith("/")
    return text.startswith("/") or re.fullmatch(_HOST, text) is not None
