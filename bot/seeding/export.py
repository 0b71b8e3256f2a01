"""Export of what the database holds, in the form of a seed's values."""

import re
import unicodedata
from typing import Any, Final

from .declaration import Seed
from .errors import SeedError
from .look import label_of
from .sections import SeededTable
from .snapshot import Snapshot, StoredRow
from .values import Json

_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")


def export_values(seed: Seed, snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """Return the stored values of every section, in the order of their rows.

    The default stands for what is missing. A row without a key gets one made of its name.
    Raises `SeedError` with the row that cannot be expressed.
    """
    found: dict[str, dict[str, Any]] = {}
    for table in seed.tables:
        theirs, names = table.by_label(seed.canonical[table.name]), seed.labels[table.name]
        rows = snapshot.rows[seed.name, table.name]
        taken = {label_of(row.key) for row in rows if None not in row.key} | set(names.values())
        section: dict[str, Any] = {}
        for row in rows:
            label = names[row.key] if row.key in names else _label(table, row, taken)
            section[label] = _fields(table, label, row, theirs.get(label, {}))
        found[table.name] = section if table.keys else {**theirs, **section}[str(table.single)]
    return found


def _label(table: SeededTable, row: StoredRow, taken: set[str]) -> str:
    if None not in row.key and not any(name in row.bad for name in table.keys):
        return label_of(row.key)
    name = row.values.get(table.adopt_by or "")
    plain = unicodedata.normalize("NFKD", str(name or "")).encode("ascii", "ignore").decode()
    slug = _NO_LETTERS.sub("_", plain.lower()).strip("_")
    if len(table.keys) > 1 or not name:
        raise SeedError(f"{_place(table, row)} has no key, and so cannot be exported; give it one.")
    numbered = (f"{slug}_{number}" if number > 1 else slug for number in range(1, len(taken) + 3))
    label = next(one for one in numbered if one and one not in taken)
    taken.add(label)
    return label


def _fields(
    table: SeededTable, label: str, row: StoredRow, theirs: dict[str, Json]
) -> dict[str, Json]:
    values = {name: row.values.get(name) for name in table.all_fields}
    for name, value in values.items():
        if name in row.bad or table.refuses(name, value):
            raise SeedError(
                f"{_place(table, row)} ({label}) holds {row.bad.get(name, value)!r} as its {name}, "
                "which cannot be exported; correct it in the database."
            )
    if table.heal:
        values |= {name: theirs.get(name) for name, value in values.items() if value is None}
    return values


def _place(table: SeededTable, row: StoredRow) -> str:
    ids = ", ".join(str(row.values.get(name)) for name in table.ids)
    return f"The row {ids} of {table.table.name}"
