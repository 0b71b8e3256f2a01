"""Snapshot of all that seeds speak of, read in one statement."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Dialect, MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from .declaration import Seed
from .errors import SeedError
from .look import Section, Words, counts, exact_count, is_behind
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
        self._words = words = Words(dialect)
        self._markers = Section(words, _MARKERS, _MARKERS.tables[0], whole=True)
        self._sections = [
            Section(words, seed, table, whole=whole) for seed in seeds for table in seed.order
        ]
        self._backfills = [(seed, backfill) for seed in seeds for backfill in seed.backfills]
        self._numbered = [] if words.is_sqlite else list(numbered)
        names = ", ".join(words.text(seed.name) for seed in seeds)
        of_seeds = f"{self._markers.source} WHERE t.seed IN ({names})"
        scalars = [words.rows(self._markers.columns, of_seeds) if markers else "NULL"]
        for section in self._sections:
            scalars += section.scalars()
        for _, backfill in self._backfills:
            scalars += counts(words, backfill)
        scalars += (is_behind(words, table) for table in self._numbered)
        self._sql = f"SELECT {', '.join([*scalars, *(f'({one})' for one in extra)])}"

    async def take(self, connection: AsyncConnection) -> Snapshot:
        """Look. Raises `SeedError` for a marker that no start has written."""
        values = iter((await connection.exec_driver_sql(self._sql)).one())
        markers = dict(map(_marker, self._rows(self._markers, next(values))))
        rows = {}
        for section in self._sections:
            found = self._rows(section, next(values))
            if section.table.children:
                self._add_children(section, found, next(values))
            if len(found) > 1:
                found.sort(key=lambda row: _order(section.table, row))
            rows[section.seed.name, section.table.name] = found
        counted = {}
        for seed, backfill in self._backfills:
            every, have = next(values), next(values)
            if have > every:  # rows without parents: their number says nothing
                exact = exact_count(self._words, backfill)
                have = (await connection.exec_driver_sql(exact)).scalar_one()
            counted[seed.name, backfill.name] = (every, have)
        behind = tuple(name for name in [next(values) for _ in self._numbered] if name)
        return Snapshot(markers, rows, counted, behind, tuple(values))

    def locks(self) -> Iterator[str]:
        """Return statements that keep others from editing what is looked at until we commit."""
        for section in self._sections:
            yield from section.locks()

    def _rows(self, section: Section, text: str | None) -> list[StoredRow]:
        keys = section.table.keys
        return [
            StoredRow(tuple(map(good.get, keys)), good, bad)
            for good, bad in self._words.read(section.columns, text)
        ]

    def _add_children(self, section: Section, rows: list[StoredRow], text: str | None) -> None:
        children, link = section.children, section.table.link.name
        members: dict[Json, list[Any]] = defaultdict(list)
        broken: dict[Json, list[Any]] = defaultdict(list)
        for good, bad in self._words.read(section.child_columns, text):
            parent = good.pop(children.parent, None)
            (broken if bad else members)[parent].append({**good, **bad})
        for row in rows:
            parent = row.values.get(link)
            if parent in broken:
                every = [*members[parent], *broken[parent]]
                row.bad[children.name] = [[*one.values()] for one in every]
            else:
                row.values[children.name] = children.plain(members[parent])


def _order(table: SeededTable, row: StoredRow) -> list[tuple[str, Any]]:
    values = [row.values.get(name) for name in table.ids]
    return [(type(value).__name__, value) for value in values]


def _marker(row: StoredRow) -> tuple[str, Marker]:
    (name,), values = row.key, row.values
    sections: Any = values.get("applied_values")
    whole = isinstance(sections, dict) and all(isinstance(one, dict) for one in sections.values())
    if row.bad or not whole:
        raise SeedError(
            f"The marker of the seed {name!r} (table seed_marker) is damaged; delete that row and "
            "start again: what the database holds then counts as edited and is kept."
        )
    moment = datetime.fromisoformat(values["applied_at"])
    marker = Marker(values["version"], values["fingerprint"], sections, moment, values["release"])
    return name, marker
