"""Text of the one statement that looks at all seeds, and the reading of what it gave.

One statement sees one moment, even under READ COMMITTED, and costs one round trip. Each engine
builds JSON with functions of its own. On SQLite every value passes `quote()`, which tells as what
it is stored, whatever its column's type says.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Dialect, String, Table

from .declaration import Seed
from .parts import Backfill
from .sections import Key, Rows, SeededTable
from .values import CANNOT_HOLD, Json, form_of

Good = dict[str, Json]
Bad = dict[str, Any]


class _Column(NamedTuple):
    """A column of the look: its SQL, and what makes a canonical value of what that gave."""

    name: str
    sql: str
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

    def array(self, columns: Sequence[_Column]) -> str:
        """Return a JSON array of some columns."""
        function = "json_array" if self.is_sqlite else "json_build_array"
        return f"{function}({', '.join(column.sql for column in columns)})"


class Source:
    """Some columns of some rows, which the look gives as a text of JSON."""

    def __init__(self, words: Words, columns: Sequence[_Column], rows: str) -> None:
        """`rows` is what stands behind FROM."""
        self.rows = rows
        self._columns = columns
        self._plain = unquoted if words.is_sqlite else _same
        group = "json_group_array" if words.is_sqlite else "json_agg"
        self._aggregate = f"CAST({group}({words.array(columns)}) AS text)"

    def scalar(self, condition: str = "") -> str:
        """Return what the look selects."""
        return f"(SELECT {self._aggregate} FROM {self.rows}{condition})"  # noqa: S608

    def read(self, text: str | None) -> Iterator[tuple[Good, Bad]]:
        """Return the good values of each row by column, and those that no such column can hold."""
        plain = self._plain
        for raw in json.loads(text or "[]"):
            good: Good = {}
            bad: Bad = {}
            for (name, _, read), stored in zip(self._columns, raw, strict=True):
                value = plain(stored)
                try:
                    good[name] = None if value is None else read(value)
                except CANNOT_HOLD:
                    bad[name] = value
            yield good, bad


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
        self.sources = [self._source(table, "t", [*table.ids, *link, *table.given], rows)]
        if children:
            parents = f"SELECT t.{words.quote(table.link.name)} FROM {rows}"  # noqa: S608
            of_them = f" WHERE c.{words.quote(children.parent)} IN ({parents})"
            rows = f"{words.table(children.table)} AS c{'' if rows == every else of_them}"
            self.sources.append(
                self._source(children, "c", [children.parent, *children.columns], rows)
            )

    def _source(self, part: Rows, alias: str, names: Sequence[str], rows: str) -> Source:
        columns = [self._column(part, name, alias) for name in dict.fromkeys(names)]
        return Source(self._words, columns, rows)

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
        form = form_of(part.column(name))
        if self._words.is_sqlite:
            return _Column(name, form.select_sqlite.format(sql), form.read_sqlite)
        return _Column(name, form.select.format(sql), form.read)

    def _reference(self, part: Rows, name: str, sql: str) -> _Column:
        """Return the name of the row that a column refers to."""
        words, table = self._words, self.seed.sections[part.refs[name]]
        target = words.quote(self.seed.targets[self.table.name][name].name)
        keys = [self._column(table, one, "r") for one in table.keys]
        source = Source(words, keys, f"{words.table(table.table)} AS r WHERE r.{target} = {sql}")
        found = f"(SELECT {words.array(keys)} FROM {source.rows})"  # noqa: S608
        labels = self.seed.labels[table.name]

        def label(raw: str) -> Json:
            ((good, bad),) = source.read(f"[{raw}]")
            if bad:
                raise ValueError(bad)
            key = tuple(good.values())
            return labels.get(key) or label_of(key)

        return _Column(
            name, f"quote({found})" if words.is_sqlite else f"CAST({found} AS text)", label
        )


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
    # Not max(): planning it on a new connection takes longer.
    last = f"SELECT t.{quoted} FROM {name} AS t ORDER BY t.{quoted} DESC LIMIT 1"  # noqa: S608
    return (
        f"CASE WHEN ({last}) > coalesce(pg_sequence_last_value(CAST({sequence} AS regclass)), 0)"
        f" THEN {words.text(table.fullname)} END"
    )


def label_of(key: Key) -> str:
    """Return how a row is called that no manifest names."""
    return str(key[0]) if len(key) == 1 else json.dumps(key, ensure_ascii=False)


def unquoted(literal: str) -> Any:
    """Return the value of what SQLite's `quote()` has written, whatever type it is stored as."""
    if literal[0] == "'":
        return literal[1:-1].replace("''", "'")
    if literal == "NULL":
        return None
    if literal[0] == "X":
        return bytes.fromhex(literal[2:-1])
    try:
        return int(literal)
    except ValueError:
        return float(literal)


def _same(value: Any) -> Any:
    return value
