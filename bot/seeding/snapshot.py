"""Snapshot of all that seeds speak of, read in one statement.

One statement sees one moment, even under READ COMMITTED, and costs one round trip. Its text is
generated from the declarations, since each engine builds JSON with functions of its own. On SQLite
every value passes `quote()`, which tells as what it is stored, whatever its column's type says.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Dialect, MetaData, String, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from .declaration import Backfill, Children, Key, Seed, SeededTable
from .errors import SeedError
from .tables import marker_table
from .values import CANNOT_HOLD, Form, Json, form_of, unquoted

_MARKER: Final = Seed(
    "the marker itself",
    1,
    {"seed_marker": {}},
    [
        SeededTable(
            "seed_marker",
            marker_table(MetaData()),
            key="seed",
            fields=("version", "fingerprint", "applied_values", "applied_at", "release"),
        )
    ],
)


@dataclass(frozen=True, slots=True)
class Marker:
    """What of a seed was last applied, when and by which release."""

    version: int
    fingerprint: str
    values: dict[str, Any]
    applied_at: datetime
    release: str

    def matches(self, seed: Seed) -> bool:
        """Return whether this very seed was applied."""
        return (self.version, self.fingerprint) == (seed.version, seed.fingerprint)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as the database holds it: its canonical values by column.

    Children are among the `values`, None when there are none at all. What a column's type cannot
    hold is missing there; `bad` has it as it was read.
    """

    key: Key
    values: dict[str, Json]
    bad: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that was looked at, by seed and section.

    `counts` gives for each backfill how many parents there are and how many of them have their
    row; `behind` names tables whose next id is taken; `extra` is what the caller asked for.
    """

    markers: dict[str, Marker]
    rows: dict[tuple[str, str], list[StoredRow]]
    counts: dict[tuple[str, str], tuple[int, int]]
    behind: tuple[str, ...]
    extra: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the look: its SQL, and what makes a canonical value of what that gave."""

    name: str
    sql: str
    read: Callable[[Any], Json]


class Look:
    """The statement that looks at some seeds, in the words of one dialect."""

    def __init__(  # noqa: PLR0913 - all but the first two have defaults
        self,
        dialect: Dialect,
        seeds: Sequence[Seed],
        *,
        numbered: Iterable[Table] = (),
        extra: Sequence[str] = (),
        markers: bool = True,
        whole: bool = False,
    ) -> None:
        """`numbered` are tables whose identities are looked at, `extra` scalar SELECTs.

        With `whole`, tables are read with all their rows, not only those that matter to a seed.
        """
        self._dialect = dialect
        self._sqlite = dialect.name == "sqlite"
        self._whole = whole
        self._made: dict[SeededTable | Children, list[_Column]] = {}
        self._sections = [(seed, table) for seed in seeds for table in seed.order]
        self._backfills = [(seed, backfill) for seed in seeds for backfill in seed.backfills]
        self._numbered = [] if self._sqlite else list(numbered)
        names = ", ".join(self._text(seed.name) for seed in seeds)
        self._marked = f"WHERE t.seed IN ({names})" if markers else None
        self.sql = f"SELECT {', '.join([*self._parts(), *(f'({one})' for one in extra)])}"

    async def take(self, connection: AsyncConnection) -> Snapshot:
        """Look. Raises `SeedError` for a marker that no start has written."""
        values = iter((await connection.exec_driver_sql(self.sql)).one())
        (markers_of,) = _MARKER.tables
        markers = list(self._rows(_MARKER, markers_of, next(values)))
        rows: dict[tuple[str, str], list[StoredRow]] = {}
        for seed, table in self._sections:
            found = list(self._rows(seed, table, next(values)))
            if table.children:
                self._add_children(seed, table, table.children, found, next(values))
            rows[seed.name, table.name] = sorted(found, key=lambda row: _order(table, row))
        counts = await self._counted(connection, values)
        return Snapshot(
            markers={row.key[0]: _marker(row) for row in markers},
            rows=rows,
            counts=counts,
            behind=tuple(name for name in [next(values) for _ in self._numbered] if name),
            extra=tuple(values),
        )

    async def _counted(
        self, connection: AsyncConnection, values: Iterator[Any]
    ) -> dict[tuple[str, str], tuple[int, int]]:
        """Return the counts."""
        counts = {}
        for seed, backfill in self._backfills:
            every, have = next(values), next(values)
            if have > every:  # rows without parents: their number says nothing
                have = (await connection.exec_driver_sql(self._exact(backfill))).scalar_one()
            counts[seed.name, backfill.name] = (every, have)
        return counts

    def locks(self) -> Iterator[str]:
        """Return statements that keep others from editing what is looked at until we commit."""
        for seed, table in self._sections:
            rows = self._source(seed, table)
            # Not from those who only refer to a row, and must not wait.
            yield f"SELECT 1 FROM {rows} FOR NO KEY UPDATE"  # noqa: S608
            if table.children:
                rows = self._source_of_children(seed, table, table.children)
                yield f"SELECT 1 FROM {rows} FOR NO KEY UPDATE"  # noqa: S608

    def _parts(self) -> Iterator[str]:
        (markers,) = _MARKER.tables
        yield self._all(_MARKER, markers) if self._marked else "NULL"
        for seed, table in self._sections:
            yield self._all(seed, table)
            if table.children:
                columns = self._columns_of_children(seed, table, table.children)
                yield self._rows_of(columns, self._source_of_children(seed, table, table.children))
        for _, backfill in self._backfills:
            yield from self._counts(backfill)
        yield from map(self._is_behind, self._numbered)

    # Text of the statement. Only names of columns and tables and literals are put into it.

    def _text(self, text: str) -> str:
        return str(String().literal_processor(self._dialect)(text))  # type: ignore[no-untyped-call]

    def _table(self, table: Table) -> str:
        return self._dialect.identifier_preparer.format_table(table)

    def _name(self, alias: str, column: str) -> str:
        return f"{alias}.{self._dialect.identifier_preparer.quote(column)}"

    def _array(self, columns: Iterable[str]) -> str:
        return f"json_{'' if self._sqlite else 'build_'}array({', '.join(columns)})"

    def _as_text(self, value: str) -> str:
        return f"quote({value})" if self._sqlite else f"CAST({value} AS text)"

    def _rows_of(self, columns: Iterable[_Column], source: str) -> str:
        group = "json_group_array" if self._sqlite else "json_agg"
        rows = f"CAST({group}({self._array(column.sql for column in columns)}) AS text)"
        return f"(SELECT {rows} FROM {source})"  # noqa: S608

    def _all(self, seed: Seed, table: SeededTable) -> str:
        return self._rows_of(self._columns(seed, table), self._source(seed, table))

    def _columns(self, seed: Seed, table: SeededTable) -> list[_Column]:
        if table not in self._made:
            link = [_link(table, table.children)] if table.children else []
            names = dict.fromkeys([*table.ids, *link, *table.keys, *table.fields])
            self._made[table] = [self._column(seed, table, name, "t") for name in names]
        return self._made[table]

    def _columns_of_children(
        self, seed: Seed, table: SeededTable, children: Children
    ) -> list[_Column]:
        if children not in self._made:
            names = (children.parent, *children.columns)
            columns = [self._column(seed, children, name, "c", of=table) for name in names]
            self._made[children] = columns
        return self._made[children]

    def _column(
        self,
        seed: Seed,
        part: SeededTable | Children,
        name: str,
        alias: str,
        of: SeededTable | None = None,
    ) -> _Column:
        sql = self._name(alias, name)
        if name not in part.refs:
            form = form_of(part.column(name))
            value = f"quote({sql})" if self._sqlite else form.select(sql)
            return _Column(name, value, lambda raw: form.read(raw, sqlite=self._sqlite))
        table = seed.sections[part.refs[name]]
        target = seed.targets[(of or part).name][name].name
        columns = [self._column(seed, table, key, "r") for key in table.keys]
        key = self._array(column.sql for column in columns)
        rows = f"{self._table(table.table)} AS r WHERE {self._name('r', target)} = {sql}"
        labels = seed.labels[table.name]

        def label(raw: str) -> Json:
            values = map(self._plain, json.loads(raw))
            key = tuple(one.read(value) for one, value in zip(columns, values, strict=True))
            return labels.get(key) or label_of(key)

        return _Column(name, self._as_text(f"(SELECT {key} FROM {rows})"), label)  # noqa: S608

    def _source(self, seed: Seed, table: SeededTable) -> str:
        """Return the rows that a start may touch: a table may have millions of others."""
        rows = f"{self._table(table.table)} AS t"
        if seed is _MARKER:
            return f"{rows} {self._marked}"
        renamed = seed.renamed.get(table.name, {})
        if table.single is not None:
            names, keys = table.ids, [(table.single_key,)]
        elif self._whole or table.adopt_by or (renamed and len(table.keys) > 1):
            return rows
        else:
            names, keys = table.keys, [*seed.labels[table.name]]
        forms = [form_of(table.column(name)) for name in names]
        wanted = [self._array_of_literals(forms, key) for key in keys]
        columns = ", ".join(self._name("t", name) for name in names)
        # PostgreSQL takes the literals of VALUES for texts, SQLite compares rows with nothing else.
        values = f"{'VALUES ' if self._sqlite else ''}{', '.join(wanted)}"
        return f"{rows} WHERE " + (f"({columns}) IN ({values})" if keys else "1 = 0")

    def _array_of_literals(self, forms: Iterable[Form], key: Key) -> str:
        values = (form.literal(one, self._dialect) for form, one in zip(forms, key, strict=True))
        return f"({', '.join(values)})"

    def _source_of_children(self, seed: Seed, table: SeededTable, children: Children) -> str:
        link = self._name("t", _link(table, children))
        parents = f"SELECT {link} FROM {self._source(seed, table)}"  # noqa: S608
        name = self._name("c", children.parent)
        return f"{self._table(children.table)} AS c WHERE {name} IN ({parents})"

    def _counts(self, backfill: Backfill) -> tuple[str, str]:
        # The rows are a subset of the parents, as far as foreign keys see to it. Counting rows
        # reads an index alone; counting a column's values reads the rows.
        owner = backfill.owner
        counted = self._name("t", owner.name) if owner.nullable else "*"
        every = f"(SELECT count(*) FROM {self._table(backfill.parents.table)})"  # noqa: S608
        have = f"(SELECT count({counted}) FROM {self._table(backfill.table)} AS t)"  # noqa: S608
        if self._sqlite:
            kept = "(SELECT foreign_keys FROM pragma_foreign_keys)"
            have = f"CASE {kept} WHEN 1 THEN {have} ELSE ({self._exact(backfill)}) END"
        return every, have

    def _exact(self, backfill: Backfill) -> str:
        parents = f"{self._table(backfill.parents.table)} AS p"
        is_own = (
            f"{self._name('t', backfill.owner.name)} = {self._name('p', backfill.parent_id.name)}"
        )
        found = f"SELECT 1 FROM {self._table(backfill.table)} AS t WHERE {is_own}"  # noqa: S608
        return f"SELECT count(*) FROM {parents} WHERE EXISTS ({found})"  # noqa: S608

    def _is_behind(self, table: Table) -> str:
        column = str(getattr(table.autoincrement_column, "name", ""))
        name = self._table(table)
        sequence = f"pg_get_serial_sequence({self._text(name)}, {self._text(column)})"
        return (
            f"CASE WHEN (SELECT max({self._name('t', column)}) FROM {name} AS t)"  # noqa: S608
            f" > coalesce(pg_sequence_last_value(CAST({sequence} AS regclass)), 0)"
            f" AND {sequence} IS NOT NULL THEN {self._text(table.fullname)} END"
        )

    # Reading of what it returned.

    def _plain(self, value: Any) -> Any:
        return unquoted(value) if self._sqlite and isinstance(value, str) else value

    def _read(
        self, columns: Sequence[_Column], text: str | None
    ) -> Iterator[tuple[dict[str, Json], dict[str, Any]]]:
        for raw in json.loads(text or "[]"):
            good: dict[str, Json] = {}
            bad: dict[str, Any] = {}
            for column, value in zip(columns, map(self._plain, raw), strict=True):
                try:
                    good[column.name] = None if value is None else column.read(value)
                except CANNOT_HOLD:
                    bad[column.name] = value
            yield good, bad

    def _rows(self, seed: Seed, table: SeededTable, text: str | None) -> Iterator[StoredRow]:
        for good, bad in self._read(self._columns(seed, table), text):
            yield StoredRow(tuple(good.get(name) for name in table.keys), good, bad)

    def _add_children(
        self,
        seed: Seed,
        table: SeededTable,
        children: Children,
        rows: Iterable[StoredRow],
        text: str | None,
    ) -> None:
        members: dict[Json, list[Any]] = defaultdict(list)
        broken: dict[Json, list[Any]] = defaultdict(list)
        for good, bad in self._read(self._columns_of_children(seed, table, children), text):
            parent = good.pop(children.parent, None)
            (broken if bad else members)[parent].append([*good.values(), *bad.values()])
        link = _link(table, children)
        for row in rows:
            parent = row.values.get(link)
            value = children.members(
                [one[0] if len(children.columns) == 1 else one for one in members[parent]],
                lambda _, label: str(label),
            )
            if broken[parent]:
                row.bad[children.name] = [*members[parent], *broken[parent]]
            else:
                row.values[children.name] = value


def label_of(key: Key) -> str:
    """Return how a row is called that no manifest names."""
    return str(key[0]) if len(key) == 1 else json.dumps(key, ensure_ascii=False)


def _link(table: SeededTable, children: Children) -> str:
    return children.target(children.parent, table.table).name


def _order(table: SeededTable, row: StoredRow) -> list[tuple[str, Any]]:
    values = [row.values.get(name) for name in table.ids]
    return [(type(value).__name__, value) for value in values]


def _marker(row: StoredRow) -> Marker:
    values = row.values
    sections = values.get("applied_values")
    if row.bad or not isinstance(sections, dict) or not all(map(_is_section, sections.values())):
        raise SeedError(
            f"The marker of the seed {row.key[0]!r} (table seed_marker) is damaged; delete that "
            "row and start again: what the database holds then counts as edited and is kept."
        )
    return Marker(
        version=values["version"],
        fingerprint=values["fingerprint"],
        values=sections,
        applied_at=datetime.fromisoformat(values["applied_at"]),
        release=values["release"],
    )


def _is_section(section: object) -> bool:
    return isinstance(section, dict)
