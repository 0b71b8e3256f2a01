"""PostgreSQL connections that end every wait, and that work through a transaction pooler."""

import asyncio
import math
import socket
import ssl
from collections.abc import Sequence
from itertools import count
from time import monotonic
from typing import Any, ClassVar, Final

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import Connection, Dialect, event
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.database.deadline import Deadline
from bot.database.errors import DatabaseError

#: Isolation of transactions, whatever the server's default is.
ISOLATION: Final[IsolationLevel] = "READ COMMITTED"
#: Seconds that a server gets for saying goodbye.
_CLOSING: Final = 0.5
#: Seconds for which one that has not said it counts as gone.
_SILENCE: Final = 5.0
#: Seconds without work after which a connection is asked whether it still is one, and for that.
_IDLE, _PING = 10.0, 1.0
#: Seconds between the signs of life that keep an address translation from forgetting us.
_KEEPALIVE: Final = 30
#: Seconds in which a server confirms what it was sent, however long it works on it; the kernel
#: ends a connection to one that does not, and, with the signs of life, one that is waited for.
_UNCONFIRMED: Final = 30.0
#: Statements that stay prepared on a connection: there are a few dozen, and one that unlocks so
#: many rewards at once for each number of them.
_MOST_PREPARED: Final = 100
#: Encodings of a database that keep whatever we write; the second looks at no letter.
_UTF8: Final = "UTF8"
_ENCODINGS: Final = {_UTF8, "SQL_ASCII"}
#: Kinds of asyncpg's errors, the narrower before the wider, and their names in SQLAlchemy.
_KINDS: Final = (
    (asyncpg.RestrictViolationError, "RestrictViolationError"),
    (asyncpg.NotNullViolationError, "NotNullViolationError"),
    (asyncpg.ForeignKeyViolationError, "ForeignKeyViolationError"),
    (asyncpg.UniqueViolationError, "UniqueViolationError"),
    (asyncpg.CheckViolationError, "CheckViolationError"),
    (asyncpg.ExclusionViolationError, "ExclusionViolationError"),
    (asyncpg.IntegrityConstraintViolationError, "IntegrityError"),
    (asyncpg.InvalidCachedStatementError, "InvalidCachedStatementError"),
    (asyncpg.InternalServerError, "InternalServerError"),
    (asyncpg.SyntaxOrAccessError, "ProgrammingError"),
    (asyncpg.PostgresError, "Error"),
    (asyncpg.InterfaceError, "InterfaceError"),
    (asyncpg.InternalClientError, "InternalClientError"),
)
_KEEPALIVES: Final = (("TCP_KEEPIDLE", _KEEPALIVE), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


async def connect(
    timeout: float, *, patience: float = math.inf, **options: Any
) -> "BoundedConnection":
    """Connect as `asyncpg.connect` does, and give each statement `timeout` seconds as well.

    Raises `TimeoutError` for a server that says nothing for so long, or for its `patience`, and
    `DatabaseError` for a database that cannot hold every letter.
    """
    patience = min(patience, timeout)
    try:
        connection: BoundedConnection = await asyncpg.connect(
            **options,
            connection_class=BoundedConnection,
            timeout=patience,
            statement_cache_size=0,  # SQLAlchemy has one, and statements get names only from us
        )
    except TimeoutError:
        raise TimeoutError(f"no answer within {patience:g} s") from None
    except ssl.SSLError:
        raise
    except (OSError, asyncpg.TargetServerAttributeNotMatched) as error:
        wanted = options.get("target_session_attrs", "any")
        if wanted == "any":
            raise
        # asyncpg says why the last of the hosts that are away is, and not that others answered.
        why = f": {error}" if isinstance(error, OSError) else ""
        raise ConnectionError(f"no host answers as {wanted}{why}") from error
    encoding = getattr(connection.get_settings(), "server_encoding", _UTF8)
    if encoding not in _ENCODINGS:
        connection.terminate()
        raise DatabaseError(
            f"The database is in {encoding}, which lacks letters that people write; the bot needs "
            "one in UTF8: create it with `CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`."
        )
    connection.limit(timeout)
    BoundedConnection.silent_until = -math.inf  # it speaks, so it will hear what we cancel
    return connection


class BoundedConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that is closed when the server does not answer a statement in time.

    asyncpg itself would keep it and go on with the next statement, such as a rollback, to which
    nobody answers either.

    A pooler in transaction mode, such as PgBouncer, gives each transaction another session of the
    server, so that there is no telling which statements it has prepared. Statements have no name
    then, and are parsed each time, which costs a third of a small update's time.
    """

    #: Until when the server counts as gone: it has not said goodbye, nor taken us in since.
    silent_until: ClassVar[float] = -math.inf

    def __init__(self, protocol: Any, transport: asyncio.Transport, *others: Any) -> None:
        """Take what asyncpg gives."""
        super().__init__(protocol, transport, *others)
        self._socket = transport.get_extra_info("socket")
        #: Whether a pooler is on the other side, so that no session is ours; so it is held to be
        #: until `meet` has asked.
        self.is_pooled = True
        self._has_met = False
        self._numbers = count(1)
        self._small: dict[str, PreparedStatement] = {}
        self.deadline = Deadline(math.inf, self.close)

    def limit(self, timeout: float) -> None:
        """Give each statement so many seconds."""
        self.deadline.seconds = timeout
        _keep_alive(self._socket, timeout)

    async def meet(self) -> None:
        """Find out who is on the other side; end what the server would wait for without a bound.

        A pooler makes up the process id that it tells. Only the session that is ours alone gets a
        limit of its own: how long it may say nothing inside a transaction. So the first one asks;
        a start that finds all in place makes none, and is one visit shorter.
        """
        if self._has_met:
            return
        milliseconds = f"{self.deadline.seconds * 1000:.0f}"
        with self.deadline:
            status = await super().execute(
                "SELECT CASE current_setting('idle_in_transaction_session_timeout') WHEN '0' THEN"
                f" set_config('idle_in_transaction_session_timeout', '{milliseconds}', false)"
                f" END WHERE pg_backend_pid() = {self.get_server_pid()}"
            )
        self.is_pooled = status != "SELECT 1"
        self._has_met = True

    async def execute(self, query: str, *arguments: Any, **options: Any) -> str:
        """Do what asyncpg does. Raises `InterfaceError` when that takes too long.

        A transaction's BEGIN comes this way.
        """
        await self.meet()
        with self.deadline:
            status: str = await super().execute(query, *arguments, **options)
        return status

    async def executemany(self, command: str, args: Any, **options: Any) -> None:
        """Do what asyncpg does. Raises `InterfaceError` when that takes too long."""
        with self.deadline:
            await super().executemany(command, args, **options)

    async def prepare(
        self, query: str, *, name: str | None = None, **options: Any
    ) -> "BoundedStatement":
        """Do what asyncpg does, under a name of ours where the session is our own."""
        if name is None and not self.is_pooled:
            name = f"besitos_{next(self._numbers)}"
        with self.deadline:
            statement = await super().prepare(query, name=name, **options)
        return BoundedStatement(self.deadline, statement)

    @property
    def takes_small(self) -> bool:
        """Whether `fetch_small` may be used: in a transaction of SQLAlchemy's, without a pooler."""
        return not (self.is_pooled or self.is_closed()) and self.is_in_transaction()

    async def fetch_small(self, query: str, arguments: Sequence[Any]) -> tuple[Sequence[Any], int]:
        """Execute one of few statements that come again and again, which stay prepared.

        Return the rows, and how many were read or written. SQLAlchemy's own way to here would be
        a fourteenth of the time of a paid reaction.
        """
        with self.deadline:
            statement = self._small.get(query)
            if statement is None:
                if len(self._small) >= _MOST_PREPARED:
                    self._small.clear()  # asyncpg closes those that nobody holds
                name = f"besitos_{next(self._numbers)}"
                statement = self._small[query] = await super().prepare(query, name=name)
            rows = await statement.fetch(*arguments)
        number = statement.get_statusmsg().rpartition(" ")[2]
        return rows, int(number) if number.isdecimal() else -1

    async def close(self, *, timeout: float | None = None) -> None:
        """Cancel what is at work and say goodbye, if the server listens; close in any case.

        A server that does not listen to one connection is not waited for by all the others.
        """
        self.deadline.cancel()
        if monotonic() < BoundedConnection.silent_until:
            self.terminate()
            return
        try:
            await super().close(timeout=min(timeout or _CLOSING, _CLOSING))
        except TimeoutError:
            BoundedConnection.silent_until = monotonic() + _SILENCE

    async def answers(self) -> bool:
        """Ask for a sign of life, and close if none comes."""
        try:
            await super().execute("SELECT 1", timeout=_PING)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            self.terminate()
            return False
        return True


class BoundedStatement:
    """A prepared statement of such a connection, as far as SQLAlchemy uses one."""

    def __init__(self, deadline: Deadline, statement: PreparedStatement) -> None:
        """Wrap what asyncpg has prepared."""
        self._deadline = deadline
        self._fetch = statement.fetch
        self.get_attributes = statement.get_attributes
        self.get_statusmsg = statement.get_statusmsg
        self.cursor = statement.cursor

    async def fetch(self, *arguments: Any) -> list[Any]:
        """Execute. Raises `InterfaceError` when that takes too long."""
        with self._deadline:
            rows: list[Any] = await self._fetch(*arguments)
        return rows


def as_raised_by(dialect: Dialect, error: Exception) -> Exception:
    """Return an error of asyncpg's as SQLAlchemy's dialect would raise it, any other as it is."""
    for kind, name in _KINDS:
        if isinstance(error, kind):
            # The message alone: what else asyncpg tells has parameters in it.
            known: Exception = getattr(dialect.loaded_dbapi, name)(error.args[0], error)
            known.__cause__ = error
            return known
    return error


def ask_nothing_first(dialect: Dialect) -> None:
    """Let a dialect know without a question what it asks the server with its first connection.

    The driver was told most of it while it connected. The one answer that is missing is the
    schema in which tables without one are looked for by name, and we name it where we look.
    """
    ask = dialect.initialize

    def initialize(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if driver.get_settings().standard_conforming_strings != "on":  # literals differ then
            ask(connection)
            return
        version = driver.get_server_version()
        dialect.server_version_info = (version.major, version.minor)
        dialect.default_isolation_level = ISOLATION

    dialect.initialize = initialize  # type: ignore[method-assign]


def renew_dead_connections(engine: AsyncEngine) -> None:
    """Let the pool notice which connections have ended while nobody used them."""
    event.listen(engine.sync_engine, "checkin", _note_the_time)
    event.listen(engine.sync_engine, "checkout", _check)


def _note_the_time(_: Any, entry: ConnectionPoolEntry) -> None:
    entry.info["idle_since"] = monotonic()


def _check(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
    driver: BoundedConnection = connection.driver_connection
    if driver.is_closed():
        raise DisconnectionError
    if monotonic() - entry.info.get("idle_since", monotonic()) < _IDLE:
        return
    if not connection.run_async(BoundedConnection.answers):
        raise InvalidatePoolError


def _keep_alive(connected: socket.socket, timeout: float) -> None:
    """Let the kernel find out that the other side is gone."""
    if connected.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    unconfirmed = round(min(timeout, _UNCONFIRMED) * 1000)
    for name, value in (*_KEEPALIVES, ("TCP_USER_TIMEOUT", unconfirmed)):
        if hasattr(socket, name):  # not every system has each
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
