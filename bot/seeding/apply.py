"""Writing of planned rows, their children and the marker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, cast, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from .declaration import Seed
from .errors import SeedError
from .plan import Action, RowPlan
from .sections import Children, Rows, SeededTable
from .values import Json, bound

Upsert = sqlite.Insert | postgresql.Insert


def upsert(connection: AsyncConnection, table: Table) -> Upsert:
    """Return the insert construct that knows ON CONFLICT, which each dialect has for itself."""
    on_sqlite = connection.dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)


async def write_rows(connection: AsyncConnection, seed: Seed, plans: Sequence[RowPlan]) -> None:
    """Write every row that a plan inserts or updates; no other is touched."""
    for plan in plans:
        if plan.writes:
            await _Write(connection, seed, seed.sections[plan.section], plan).run()
    inserted = {plan.section for plan in plans if plan.action is Action.INSERT}
    for section in inserted if connection.dialect.name == "postgresql" else ():
        part = seed.sections[section]
        column = part.table.autoincrement_column
        # Rows got numbers of the seed's, where the database would count up.
        if column is not None and column.name in part.names:
            await advance_ids(connection, part.table)


async def write_marker(
    connection: AsyncConnection, marker: Table, seed: Seed, *, now: datetime, release: str
) -> None:
    """Record that the seed is applied."""
    row = {
        "version": seed.version,
        "fingerprint": seed.fingerprint,
        "applied_values": seed.canonical,
        "applied_at": now,
        "release": release,
    }
    statement = upsert(connection, marker).values(seed=seed.name, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["seed"], set_=row))


async def taken_id(connection: AsyncConnection, table: Table) -> tuple[str, int] | None:
    """Return the sequence of a table and its last id, if that is not behind the next (PostgreSQL).

    A look cannot tell a sequence that was never called from one that was told where to start.
    """
    column = table.autoincrement_column
    assert column is not None  # noqa: S101 - only such tables are looked at
    name = connection.dialect.identifier_preparer.format_table(table)
    sequence = func.pg_get_serial_sequence(name, column.name)
    number, last = (await connection.execute(select(sequence, func.max(column)))).one()
    if number is None or last is None:
        return None
    state: Any = await connection.exec_driver_sql(f"SELECT last_value, is_called FROM {number}")  # noqa: S608
    reached, is_called = state.one()
    return (number, last) if last >= reached + is_called else None


async def advance_ids(connection: AsyncConnection, table: Table) -> None:
    """Set the next id of a table behind all that are there (PostgreSQL)."""
    if found := await taken_id(connection, table):
        number, last = found
        # What was restarted in a transaction is given back by its end; setval alone never is.
        await connection.exec_driver_sql(f"ALTER SEQUENCE {number} RESTART")
        await connection.execute(select(func.setval(cast(number, postgresql.REGCLASS), last)))


@dataclass(frozen=True, slots=True)
class _Write:
    """The writing of one row."""

    connection: AsyncConnection
    seed: Seed
    table: SeededTable
    plan: RowPlan

    async def run(self) -> None:
        children, plan = self.table.children, self.plan
        changes = dict(plan.changes)
        members = changes.pop(children.name, None) if children else None
        values = {name: self._value(self.table, name, new) for name, (_, new) in changes.items()}
        insert_or_update = self._insert if plan.action is Action.INSERT else self._update
        parent = await insert_or_update(values)
        if children and members and parent is not None:
            await self._replace(children, parent, *members)

    async def _insert(self, values: dict[str, Any]) -> Any:
        """Return what children refer to; None when somebody else has just made the row."""
        table = self.table
        values |= {name: make(self.plan.name) for name, make in table.initial.items()}
        if not table.keys:
            values[table.ids[0]] = single = bound(table.column(table.ids[0]), table.single_key)
        statement = upsert(self.connection, table.table).values(values)
        if table.keys or not table.heal:
            statement = statement.on_conflict_do_nothing(index_elements=table.keys or table.ids)
        else:
            # A live replica's admin may have made the row since we looked: their values win.
            columns = {name: table.column(name) for name in table.fields if name in values}
            theirs = {n: func.coalesce(c, statement.excluded[n]) for n, c in columns.items()}
            statement = statement.on_conflict_do_update(
                index_elements=table.ids, set_=theirs or {table.ids[0]: single}
            )
        if table.children is None:
            await self.connection.execute(statement)
            return None
        return await self.connection.scalar(statement.returning(table.link))

    async def _update(self, values: dict[str, Any]) -> Any:
        table = self.table
        if values:
            ids = (table.column(name) == self._stored(table.column(name)) for name in table.ids)
            await self.connection.execute(update(table.table).where(*ids).values(values))
        if table.children is None:
            return None
        return values.get(table.link.name, self._stored(table.link))

    async def _replace(self, children: Children, parent: Any, before: Json, after: Json) -> None:
        of_parent = children.column(children.parent) == parent
        before, after = before or (), after or ()
        if not children.each or children.name in self.plan.bad:
            before = ()
            # Those of a new row, too: where foreign keys are off, one of its id may have left some.
            await self.connection.execute(delete(children.table).where(of_parent))
        for row in self._members(children, [one for one in before if one not in after]):
            is_member = (children.column(name) == value for name, value in row.items())
            await self.connection.execute(delete(children.table).where(of_parent, *is_member))
        for row in self._members(children, [one for one in after if one not in before]):
            values = {children.parent: parent, **row}
            statement = upsert(self.connection, children.table).values(values)
            ours = (one for one in children.unique if children.parent in one)
            if key := next((one for one in ours if one <= values.keys()), None):
                # A trigger, or an admin since we looked, may have added the very member.
                statement = statement.on_conflict_do_nothing(index_elements=sorted(key))
            await self.connection.execute(statement)

    def _members(self, children: Children, members: list[Json]) -> Iterator[dict[str, Any]]:
        for member in children.named(members):
            yield {name: self._value(children, name, value) for name, value in member.items()}

    def _stored(self, column: Column[Any]) -> Any:
        plan = self.plan
        assert plan.stored is not None  # noqa: S101 - what is updated was found
        if column.name in plan.stored.bad:
            raise SeedError(
                f"{plan.label} holds {plan.stored.bad[column.name]!r} as its {column.name}, so it "
                "cannot be changed; correct that in the database."
            )
        return bound(column, plan.stored.values[column.name])

    def _value(self, part: Rows, name: str, value: Json) -> Any:
        if value is None or name not in part.refs:
            return bound(part.column(name), value)
        target = self.seed.sections[part.refs[name]]
        key = target.key_of(value, self.seed.canonical[target.name].get(value))
        columns = map(target.column, target.keys)
        is_it = (column == bound(column, one) for column, one in zip(columns, key, strict=True))
        refers_to = self.seed.target(part, name)
        return select(refers_to).where(*is_it).scalar_subquery()
