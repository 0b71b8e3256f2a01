"""Catalogue of a database: the columns, keys and defaults that our tables really have.

A revision tells what migrations have made, and nothing of what became of it since. One scalar
SELECT reads all of it, which takes milliseconds. A start, which seldom finds anything, has time
for a glance: it tells a database that is as our migrations make it from any other.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import Connection, text

from bot.database.base import Base
from bot.database.revision import OUR_SCHEMA

#: Digests of what a glance gives of a database that this release's migrations have just made; any
#: other is looked at closely. A migration changes them, and `test_catalogue.py` gives the new ones.
FRESH: Final = {"sqlite": "093e32ae5a4977d6", "postgresql": "23bf07ab1e271cc3"}
#: The revisions that have made them so; later ones have changed nothing that a glance sees.
FRESH_SINCE: Final = {"sqlite": "0017", "postgresql": "0017"}
#: Stands between the parts of a glance, whose order is the database's own.
_BETWEEN: Final = "\x1e"


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column; `has_default` is true where the database makes its value up, in any way.

    `kind` is its type as PostgreSQL says it; SQLite's take any value.
    """

    not_null: bool
    has_default: bool
    counts: bool
    kind: str | None


@dataclass(frozen=True, slots=True)
class FoundIndex:
    """An index, its columns in order; `is_key` if ON CONFLICT may name them."""

    columns: tuple[str, ...]
    is_key: bool


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table, or what stands in its place (`is_table` is false then)."""

    is_table: bool
    columns: dict[str, FoundColumn] = field(default_factory=dict)
    indexes: dict[str, FoundIndex] = field(default_factory=dict)
    primary_key: frozenset[str] = frozenset()

    def has_key(self, columns: frozenset[str]) -> bool:
        """Whether no two rows have the same values in all of these columns."""
        keys = (frozenset(index.columns) for index in self.indexes.values() if index.is_key)
        return columns == self.primary_key or columns in keys

    def has_index(self, columns: tuple[str, ...]) -> bool:
        """Whether rows are found by these columns."""
        found = (index.columns[: len(columns)] for index in self.indexes.values())
        return columns in found


Catalogue = dict[str, FoundTable]


@cache
def glance(dialect: str) -> str:
    """Return a scalar SELECT for `digest`, whose text is the same while our tables are."""
    return _of_ours(_SQLITE_TEXT if dialect == "sqlite" else _POSTGRESQL_TEXT)


def digest(glanced: str | None) -> str:
    """Return the digest of what `glance` gave, in whichever order."""
    whole = _BETWEEN.join(sorted((glanced or "").split(_BETWEEN)))
    return blake2b(whole.encode(), digest_size=8).hexdigest()


def read(connection: Connection) -> Catalogue:
    """Return the whole catalogue of our tables, by the names that the metadata has for them."""
    found = connection.scalar(text(_full(connection.dialect.name)))
    return {
        name: _table(is_table, columns or (), indexes or ())
        for name, is_table, columns, indexes in json.loads(str(found))
    }


@cache
def _full(dialect: str) -> str:
    return _of_ours(_SQLITE if dialect == "sqlite" else _POSTGRESQL)


def _table(
    is_table: Any, columns: Sequence[Sequence[Any]], indexes: Sequence[Sequence[Any]]
) -> FoundTable:
    names = {number: name for name, number, *_ in columns}
    return FoundTable(
        bool(is_table),
        {
            name: FoundColumn(bool(not_null), bool(has_default), bool(counts), kind)
            for name, _, not_null, has_default, _, counts, kind in columns
        },
        {
            name: FoundIndex(
                # An expression has no column's number, and no statement of ours names one.
                tuple(names.get(int(number), "") for number in str(numbers).split()[:width]),
                bool(is_key),
            )
            for name, is_key, width, numbers in indexes
        },
        frozenset(name for name, _, _, _, in_key, *_ in columns if in_key),
    )


def _of_ours(statement: str) -> str:
    names = ", ".join(f"'{name}'" for name in sorted(Base.metadata.tables))
    return statement.format(names=names, schema=OUR_SCHEMA)


_SQLITE_TEXT: Final = """
SELECT group_concat(sql, char(30)) FROM sqlite_master
WHERE lower(tbl_name) IN ({names}) AND type <> 'trigger'
"""
# A column counts by itself that is INTEGER to the letter and alone makes the key.
_SQLITE: Final = """
SELECT json_group_array(json_array(
    lower(m.name), m.type = 'table',
    (SELECT json_group_array(json_array(
        c.name, c.cid, c."notnull", upper(coalesce(c.dflt_value, 'NULL')) <> 'NULL', c.pk,
        upper(c.type) = 'INTEGER' AND c.pk = 1 AND upper(m.sql) LIKE '%AUTOINCREMENT%',
        NULL
    )) FROM pragma_table_info(m.name) AS c),
    (SELECT json_group_array(json_array(
        i.name, i."unique" AND NOT i.partial, 999,
        (SELECT group_concat(k.cid, ' ') FROM pragma_index_info(i.name) AS k)
    )) FROM pragma_index_list(m.name) AS i)
))
FROM sqlite_master AS m WHERE m.type IN ('table', 'view') AND lower(m.name) IN ({names})
"""
# Whatever stands elsewhere on the search path is another program's. No join: planning one on a new
# connection takes longer than all of this. OFFSET keeps the planner from looking the tables up
# again for each row.
_POSTGRESQL_TEXT: Final = """
SELECT concat_ws(chr(30), (
    SELECT string_agg(concat_ws(
        ' ', array_position(ours.tables, attrelid), attnum, attname,
        attnotnull, atthasdef OR attidentity <> '', atttypid, atttypmod
    ), chr(30)) FROM pg_attribute
    WHERE attrelid = ANY (ours.tables) AND attnum > 0
), (
    SELECT string_agg(concat_ws(
        ' ', array_position(ours.tables, indrelid), indkey,
        indisunique AND indisvalid AND indimmediate AND indpred IS NULL
    ), chr(30)) FROM pg_index WHERE indrelid = ANY (ours.tables)
)) FROM (SELECT ARRAY(
    SELECT oid FROM pg_class
    WHERE relname IN ({names})
    AND relnamespace = {schema}
    ORDER BY relname
) AS tables OFFSET 0) AS ours
"""
_POSTGRESQL: Final = """
SELECT CAST(coalesce(json_agg(json_build_array(
    c.relname, c.relkind IN ('r', 'p'),
    (SELECT json_agg(json_build_array(
        a.attname, a.attnum, a.attnotnull, a.atthasdef OR a.attidentity <> '', false,
        a.atthasdef OR a.attidentity <> '',
        (SELECT format_type(t.oid, a.atttypmod) FROM pg_type AS t
         WHERE t.oid = a.atttypid AND t.typtype = 'b')
    )) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    (SELECT json_agg(json_build_array(
        o.relname,
        x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL,
        x.indnkeyatts, CAST(x.indkey AS text)
    )) FROM pg_index AS x JOIN pg_class AS o ON o.oid = x.indexrelid WHERE x.indrelid = c.oid)
)), '[]') AS text)
FROM pg_class AS c
WHERE c.relname IN ({names}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
AND c.relnamespace = {schema}
"""
