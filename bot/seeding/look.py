"""Text of the one statement that looks at all seeds, and the reading of what it gave.

One statement sees one moment, even under READ COMMITTED, and costs one round trip. It is a union
of all that is looked at. SQLite gives each value as it is stored, whatever its column's type says;
PostgreSQL, whose unions have typed columns, gives each row as a text of JSON.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Dialect, String, Table

from .declaration import Seed
from .parts import Backfill
from .sections import Key, Rows, SeededTable
from .values import CANNOT_HOLD, Json, form_of

Good = dict[str, Json]
Bad = dict[str, Any]
#: A row: the good values by column, and those that no such column can hold.
Found = tuple[Good, Bad]
#: SQLite unites so many SELECTs, and as many such unions.
_MOST_SELECTS: Final = 500


class _Column(NamedTuple):
    """A column of the look: its SQL, and what makes a canonical value of what that gave.

    A reference on SQLite has the SQL of each column of the key that it leads to.
    """

    name: str
    sql: Sequence[str]
    read: Callable[[Any], Json]


class Words:
    """The words of one dialect; only names of columns and tables and literals are put into them."""

    def __init__(self, dialect: Dialect) -> None:
        """Learn whose words they are."""
        self.dialect = dialect
        self.is_sqlite = dialect.name == "sqlite"
        self.quote = dialect.identifier_preparer.quote
        self.table: Callable[[Table], str] = dialect.identifier_preparer.format_table
        #: Makes a literal of a text.
        self.text: Any = String().literal_processor(dialect)  # type: ignore[no-untyped-call]

    def literal(self, column: Column[Any], value: Json) -> str:
        """Return a canonical value of a column as a literal."""
        process: Any = column.type.dialect_impl(self.dialect).literal_processor(self.dialect)
        return str(process(form_of(column).bind(value)))


class Union:
    """One statement of several SELECTs, each given by its columns and what stands behind them.

    Each row tells which SELECT it is of; the last one has the scalars.
    """

    def __init__(
        self, words: Words, selects: Sequence[tuple[Sequence[str], str]], scalars: Sequence[str]
    ) -> None:
        """Write the statement."""
        self._is_sqlite = words.is_sqlite
        if not self._is_sqlite:  # where no function takes so many
            scalars = [f"array_to_json(CAST(ARRAY[{', '.join(scalars)}] AS text[]))"]
        selects = [*selects, (scalars or ["NULL"], "")]
        self._widths = [len(columns) for columns, _ in selects]
        self.sql = _united(
            [
                f"SELECT {number}, {self._row(columns)}{rest}"
                for number, (columns, rest) in enumerate(selects)
            ]
        )

    def _row(self, columns: Sequence[str]) -> str:
        if self._is_sqlite:
            return ", ".join([*columns, *["NULL"] * (max(self._widths) - len(columns))])
        return f"CAST(json_build_array({', '.join(columns)}) AS text)"

    def split(
        self, rows: Iterable[Sequence[Any]]
    ) -> tuple[list[list[Sequence[Any]]], Sequence[Any]]:
        """Return the rows of each SELECT, without that number, and the scalars."""
        found: list[list[Sequence[Any]]] = [[] for _ in self._widths]
        for number, *cells in rows:
            plain = cells[: self._widths[number]] if self._is_sqlite else json.loads(cells[0])
            found[number].append(plain)
        ((scalars,),) = found[-1:]
        return found[:-1], scalars if self._is_sqlite else scalars[0]


def _united(selects: Sequence[str]) -> str:
    if len(selects) > _MOST_SELECTS:
        starts = range(0, len(selects), _MOST_SELECTS)
        unions = (" UNION ALL ".join(selects[at : at + _MOST_SELECTS]) for at in starts)
        selects = [f"SELECT * FROM ({union}) AS part" for union in unions]  # noqa: S608
    return " UNION ALL ".join(selects)


class Source:
    """Some columns of some rows, as one part of the look."""

    def __init__(self, columns: Sequence[_Column], rows: str) -> None:
        """`rows` is what stands behind FROM."""
        self.rows = rows
        self.sql = [sql for column in columns for sql in column.sql]
        ends = [*accumulate(len(column.sql) for column in columns)]
        self._places = [
            (name, end - 1 if len(sql) == 1 else slice(end - len(sql), end), read)
            for (name, sql, read), end in zip(columns, ends, strict=True)
        ]

    def read(self, cells: Sequence[Any]) -> Found:
        """Return what the cells of a row hold."""
        good: Good = {}
        bad: Bad = {}
        for name, place, read in self._places:
            value = cells[place]
            try:
                good[name] = None if value is None else read(value)
            except CANNOT_HOLD:
                bad[name] = value
        return good, bad


class Section:
    """What the look asks of one section of a seed: its rows, and their children."""

    def __init__(self, words: Words, seed: Seed, table: SeededTable, *, whole: bool) -> None:
        """With `whole`, all rows are asked for, not only those that matter to the seed."""
        self.seed = seed
        self.table = table
        self._words = words
        children = table.children
        link = [table.link.name] if children else []
        every = f"{words.table(table.table)} AS t"
        rows = every + self._condition(whole=whole)
        #: Of the rows, and of their children.
        self.sources = [self._source(table, "t", [*table.ids, *link, *table.names], rows)]
        if children:
            parents = f"SELECT t.{words.quote(table.link.name)} FROM {rows}"  # noqa: S608
            of_them = f" WHERE c.{words.quote(children.parent)} IN ({parents})"
            rows = f"{words.table(children.table)} AS c{'' if rows == every else of_them}"
            self.sources.append(
                self._source(children, "c", [children.parent, *children.columns], rows)
            )

    def _source(self, part: Rows, alias: str, names: Sequence[str], rows: str) -> Source:
        columns = [self._column(part, name, alias) for name in dict.fromkeys(names)]
        return Source(columns, rows)

    def _condition(self, *, whole: bool) -> str:
        """Return what picks the rows that a start may touch: there may be millions of others."""
        table, words = self.table, self._words
        renamed = self.seed.renamed.get(table.name)
        if not table.keys:
            names, keys = table.ids, [(table.single_key,)]
        elif whole or table.adopt_by or (renamed and len(table.keys) > 1):
            return ""
        else:
            names, keys = table.keys, [*self.seed.labels[table.name]]
        columns = [table.column(name) for name in names]
        wanted = ", ".join(f"({', '.join(map(words.literal, columns, key))})" for key in keys)
        quoted = ", ".join(f"t.{words.quote(name)}" for name in names)
        # PostgreSQL takes the literals of VALUES for texts, SQLite compares rows with nothing else.
        values = f"VALUES {wanted}" if words.is_sqlite else wanted
        return f" WHERE ({quoted}) IN ({values})" if keys else " WHERE 1 = 0"

    def _column(self, part: Rows, name: str, alias: str) -> _Column:
        sql = f"{alias}.{self._words.quote(name)}"
        if name in part.refs:
            return self._reference(part, name, sql)
        form, on_sqlite = form_of(part.column(name)), self._words.is_sqlite
        selected = sql if on_sqlite else form.select.format(sql)
        return _Column(name, [selected], form.reader(sqlite=on_sqlite))

    def _reference(self, part: Rows, name: str, sql: str) -> _Column:
        """Return the name of the row that a column refers to."""
        words, table = self._words, self.seed.sections[part.refs[name]]
        target = words.quote(self.seed.target(part, name).name)
        rows = f"{words.table(table.table)} AS r WHERE r.{target} = {sql}"
        keys = [self._column(table, one, "r") for one in table.keys]
        found = [f"(SELECT {one} FROM {rows})" for key in keys for one in key.sql]  # noqa: S608
        labels = self.seed.labels[table.name]

        def label(cells: Any) -> Json:
            parts = cells if len(keys) > 1 else [cells]
            if None in parts:
                return None
            key = tuple(one.read(value) for one, value in zip(keys, parts, strict=True))
            return labels.get(key) or label_of(key)

        if len(found) > 1 and not words.is_sqlite:
            found = [f"json_build_array({', '.join(found)})"]
        return _Column(name, found, label)


def counts(words: Words, backfill: Backfill) -> tuple[str, str]:
    """Return what counts the parents of a backfill, and those that have their row."""
    # The rows are a subset of the parents, as far as foreign keys see to it. Counting rows
    # reads an index alone; counting a column's values reads the rows.
    owner = backfill.owner
    counted = f"t.{words.quote(owner.name)}" if owner.nullable else "*"
    every = f"(SELECT count(*) FROM {words.table(backfill.parents.table)})"  # noqa: S608
    have = f"(SELECT count({counted}) FROM {words.table(backfill.table)} AS t)"  # noqa: S608
    if words.is_sqlite:
        kept = "(SELECT foreign_keys FROM pragma_foreign_keys)"
        have = f"CASE {kept} WHEN 1 THEN {have} ELSE ({exact_count(words, backfill)}) END"
    return every, have


def exact_count(words: Words, backfill: Backfill) -> str:
    """Return what counts the parents that have their row, also beside rows without a parent."""
    parents = f"{words.table(backfill.parents.table)} AS p"
    is_own = f"t.{words.quote(backfill.owner.name)} = p.{words.quote(backfill.parent_id.name)}"
    found = f"SELECT 1 FROM {words.table(backfill.table)} AS t WHERE {is_own}"  # noqa: S608
    return f"SELECT count(*) FROM {parents} WHERE EXISTS ({found})"  # noqa: S608


def is_behind(words: Words, table: Table) -> str:
    """Return what gives the name of a table whose next id may be taken (PostgreSQL).

    It is quick, and `taken_id` is sure.
    """
    column = str(getattr(table.autoincrement_column, "name", ""))
    name, quoted = words.table(table), words.quote(column)
    sequence = f"pg_get_serial_sequence({words.text(name)}, {words.text(column)})"
    reached = f"coalesce(pg_sequence_last_value(CAST({sequence} AS regclass)), 0)"
    is_taken = f"CASE WHEN t.{quoted} > {reached} THEN {words.text(table.fullname)} END"
    # Not max(): planning it on a new connection takes longer.
    return f"(SELECT {is_taken} FROM {name} AS t ORDER BY t.{quoted} DESC LIMIT 1)"  # noqa: S608


def label_of(key: Key) -> str:
    """Return how a row is called that no manifest names."""
    return str(key[0]) if len(key) == 1 else json.dumps(key, ensure_ascii=False)
