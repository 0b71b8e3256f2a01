"""Snapshot of all that seeds speak of, read in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import starmap
from typing import Any, Final

from sqlalchemy import Dialect, MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from .declaration import Seed
from .errors import SeedError
from .look import Found, Section, Union, Words, counts, exact_count, is_behind
from .sections import Key, SeededTable
from .tables import marker_table
from .values import Json

_MARKERS: Final = Seed(
    "the markers themselves",
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
    row; `behind` names tables whose next id may be taken; `extra` is what the caller asked for.
    """

    markers: dict[str, Marker]
    rows: dict[tuple[str, str], list[StoredRow]]
    counts: dict[tuple[str, str], tuple[int, int]]
    behind: tuple[str, ...]
    extra: tuple[Any, ...]


class Look:
    """The statement that looks at some seeds, in the words of one dialect."""

    def __init__(  # noqa: PLR0913 - all but the first two have defaults
        self,
        dialect: Dialect,
        seeds: Iterable[Seed],
        *,
        numbered: Iterable[Table] = (),
        extra: Iterable[str] = (),
        markers: bool = True,
        whole: bool = False,
    ) -> None:
        """`numbered` are tables whose identities are looked at, `extra` scalar SELECTs.

        With `whole`, tables are read with all their rows, not only those that matter to a seed.
        """
        self._words = words = Words(dialect)
        seeds = list(seeds)
        (self._markers,) = Section(words, _MARKERS, _MARKERS.tables[0], whole=True).sources
        self._sections = [
            Section(words, seed, table, whole=whole) for seed in seeds for table in seed.order
        ]
        self._backfills = [(seed, backfill) for seed in seeds for backfill in seed.backfills]
        self._numbered = [] if words.is_sqlite else list(numbered)
        scalars = [one for _, backfill in self._backfills for one in counts(words, backfill)]
        scalars += (is_behind(words, table) for table in self._numbered)
        scalars += (f"({one})" for one in extra)
        names = ", ".join(words.text(seed.name) for seed in seeds)
        read = [(self._markers, f" WHERE t.seed IN ({names})")] if markers else []
        read += [(source, "") for one in self._sections for source in one.sources]
        self._sources = [source for source, _ in read]
        self._union = Union(
            words,
            [(source.sql, f" FROM {source.rows}{condition}") for source, condition in read],
            scalars,
        )

    async def take(self, connection: AsyncConnection) -> Snapshot:
        """Look. Raises `SeedError` for a marker that no start has written."""
        result = await connection.exec_driver_sql(self._union.sql)
        found, told = self._union.split(result)
        scalars = iter(told)
        read = {
            source: list(map(source.read, cells))
            for source, cells in zip(self._sources, found, strict=True)
        }
        markers = dict(starmap(_marker, read.get(self._markers, ())))
        rows = {
            (one.seed.name, one.table.name): _rows(one, *map(read.__getitem__, one.sources))
            for one in self._sections
        }
        counted = {}
        for seed, backfill in self._backfills:
            every, have = int(next(scalars)), int(next(scalars))
            if have > every:  # rows without parents: their number says nothing
                exact = exact_count(self._words, backfill)
                have = (await connection.exec_driver_sql(exact)).scalar_one()
            counted[seed.name, backfill.name] = (every, have)
        behind = tuple(name for name in [next(scalars) for _ in self._numbered] if name)
        return Snapshot(markers, rows, counted, behind, tuple(scalars))

    def locks(self) -> Iterator[str]:
        """Return statements that keep others from editing what is looked at until we commit."""
        for section in self._sections:
            for source in section.sources:
                # Not from those who only refer to a row, and must not wait.
                yield f"SELECT 1 FROM {source.rows} FOR NO KEY UPDATE"  # noqa: S608


def _rows(
    section: Section, read: Iterable[Found], of_children: Iterable[Found] = ()
) -> list[StoredRow]:
    """Return the rows of a section in the order of their ids, with their children."""
    table, children = section.table, section.table.children
    rows = [StoredRow(tuple(map(good.get, table.keys)), good, bad) for good, bad in read]
    if children:
        members: dict[Json, list[Any]] = defaultdict(list)
        broken: dict[Json, list[Any]] = defaultdict(list)
        for good, bad in of_children:
            parent = good.pop(children.parent, None)
            (broken if bad else members)[parent].append({**good, **bad})
        for row in rows:
            parent = row.values.get(table.link.name)
            if parent in broken:
                every = [*members[parent], *broken[parent]]
                row.bad[children.name] = [[*one.values()] for one in every]
            else:
                row.values[children.name] = children.plain(members[parent])
    if len(rows) > 1:
        rows.sort(key=lambda row: [_order(row.values.get(name)) for name in table.ids])
    return rows


def _order(value: Json) -> tuple[str, Json]:
    return type(value).__name__, value


def _marker(values: dict[str, Json], bad: dict[str, Any]) -> tuple[str, Marker]:
    name: Any = values.get("seed")
    sections: Any = values.get("applied_values")
    whole = isinstance(sections, dict) and all(isinstance(one, dict) for one in sections.values())
    if bad or not whole:
        raise SeedError(
            f"The marker of the seed {name!r} (table seed_marker) is damaged; delete that row and "
            "start again: what the database holds then counts as edited and is kept."
        )
    moment = datetime.fromisoformat(values["applied_at"])
    marker = Marker(values["version"], values["fingerprint"], sections, moment, values["release"])
    return name, marker
