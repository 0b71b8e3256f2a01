"""Ways back: which fields are given back to the manifest, and a seed taken out of its rows."""

from collections.abc import Iterable, Iterator

from .declaration import Seed
from .errors import UnknownSeedName
from .plan import Action, RowPlan, Takes, nothing
from .snapshot import Snapshot


def make_takes(seeds: Iterable[Seed], names: Iterable[str]) -> Takes:
    """Return what tells the fields that some names stand for; "*" stands for all.

    Raises `UnknownSeedName` with the nearest ones.
    """
    chosen = {names} if isinstance(names, str) else set(names)
    if not chosen:
        return nothing
    known = {name for seed in seeds for name in _names(seed)}
    for name in sorted(chosen - known - {"*"}):
        raise UnknownSeedName(name, sorted(known))

    def takes(row: str, field: str | None) -> bool:
        return not chosen.isdisjoint(["*", row.partition(".")[0], row, f"{row}.{field}"])

    return takes


def to_null(seed: Seed, snapshot: Snapshot) -> Iterator[RowPlan]:
    """Return what a revert does to the single rows; a column that takes no NULL stays."""
    for table in seed.tables:
        for row in () if table.keys else snapshot.rows[seed.name, table.name]:
            values = row.values | {name: repr(value) for name, value in row.bad.items()}
            changes = {
                name: (values[name], None)
                for name in table.fields
                if values[name] is not None and table.column(name).nullable
            }
            if changes:
                yield RowPlan.of(
                    table, str(table.single), Action.UPDATE, stored=row, changes=changes
                )


def _names(seed: Seed) -> Iterator[str]:
    for name, table in seed.sections.items():
        yield name
        for row in map(table.full_name, seed.rows[name]):
            yield row
            yield from (f"{row}.{field}" for field in table.all_fields)
