"""Plan of each change, made purely of what the manifest wants, the database holds, was applied.

The rule, for each field (base: as last applied, mine: in the database, theirs: the manifest):
a value that is missing or still equal to base takes theirs; any other value is somebody's edit and
is kept. Without a base every value is an edit. Nothing is ever deleted.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from .declaration import Key, Seed, SeededTable, refs_of
from .errors import SeedError
from .snapshot import StoredRow, label_of
from .values import CANNOT_HOLD, Json

Pairs = Mapping[str, tuple[Any, Any]]
#: Tells whether the edit of a row's field is given back; without a field, the row's deletion.
Takes = Callable[[str, str | None], bool]


class Action(StrEnum):
    """What happens to a row."""

    INSERT = "insert"
    UPDATE = "update"
    KEEP = "keep"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What shall happen to one row.

    `changes` and `kept` give pairs: before and after; the edit, and what the manifest would say.
    `bad` are values that no such column can hold, or that are out of bounds: they count as missing.
    """

    section: str
    table: str
    name: str
    action: Action
    single: bool = False
    stored: StoredRow | None = None
    changes: Pairs = field(default_factory=dict)
    kept: Pairs = field(default_factory=dict)
    bad: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, table: SeededTable, name: str, stored: StoredRow | None) -> Self:
        """Return the plan that keeps a row of a table."""
        single = table.single is not None
        return cls(table.name, table.table.name, name, Action.KEEP, single=single, stored=stored)

    @property
    def writes(self) -> bool:
        """Whether the row will change at all."""
        return self.action in {Action.INSERT, Action.UPDATE}

    @property
    def label(self) -> str:
        """The row's full name: that by which it is taken back."""
        return self.section if self.single else f"{self.section}.{self.name}"

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain JSON."""
        return {
            "section": self.section,
            "table": self.table,
            "key": self.name,
            "action": self.action,
            "changes": {
                name: {"before": before, "after": after}
                for name, (before, after) in self.changes.items()
            },
            "kept": {
                name: {"edited": edited, "default": default}
                for name, (edited, default) in self.kept.items()
            },
            "bad": {name: repr(value) for name, value in self.bad.items()},
        }


def nothing(_row: str, _field: str | None) -> bool:
    """Give back nothing."""
    return False


def make_plan(
    seed: Seed,
    base: Mapping[str, Any],
    rows: Mapping[str, Sequence[StoredRow]],
    takes: Takes = nothing,
) -> tuple[RowPlan, ...]:
    """Return the plan of every row that the seed speaks of, in the order of writing.

    `base` are the values of the marker, empty when there is none; `rows` the stored ones.
    """
    plans: list[RowPlan] = []
    merges: dict[str, _Merge] = {}
    base = base if base is seed.canonical else _as_declared(seed, base)
    for table in seed.order:
        merges[table.name] = _Merge(seed, table, base.get(table.name, {}), takes, merges)
        plans += merges[table.name].rows(rows[table.name])
    return tuple(plans)


def same_name(text: Any) -> str:
    """Return what two names have in common that a person takes for the same."""
    return unicodedata.normalize("NFC", str(text)).strip().casefold()


class _Merge:
    """The merge of one section; `merges` are those of the sections that it refers to, and itself.

    `gone` are its rows that were deleted for good, `names` what a look calls rows that get our key.
    """

    def __init__(
        self,
        seed: Seed,
        table: SeededTable,
        base: Mapping[str, Any],
        takes: Takes,
        merges: Mapping[str, "_Merge"],
    ) -> None:
        self._table = table
        self._seed = seed
        self._base = base
        self._takes = takes
        self._merges = merges
        self.gone: set[str] = set()
        self.names: dict[str, str] = {}

    def rows(self, stored: Sequence[StoredRow]) -> Iterator[RowPlan]:
        table, theirs = self._table, self._seed.canonical[self._table.name]
        if table.single is not None:
            row = stored[0] if stored else None
            yield self._row(str(table.single), row, self._base or None, theirs)
            return
        keys = {label: table.key_of(label, row) for label, row in theirs.items()}
        found = self._matched(stored, keys)
        bases = self._bases(keys, found)
        for label, one in found.items():
            if one.key != keys[label]:
                self.names[label_of(one.key)] = label
        for label in self._seed.rows(table.name):
            key = dict(zip(table.keys, keys[label], strict=True))
            fields = {**key, **theirs[label]}
            yield self._row(label, found.get(label), bases.get(label), fields)

    def _bases(
        self, keys: Mapping[str, Key], rows: Mapping[str, StoredRow]
    ) -> dict[str, Mapping[str, Any]]:
        """Find the base of each wanted row: by its key, its name of before, or its row's key."""
        by_key: dict[Key, Mapping[str, Any]] = {}
        for label, row in self._base.items():
            with suppress(*CANNOT_HOLD):  # another column was the key then
                by_key[self._table.key_of(label, row)] = row
        found = {label: by_key[key] for label, key in keys.items() if key in by_key}
        for old, label in self._seed.renamed.get(self._table.name, {}).items():
            if old in self._base:
                found.setdefault(label, self._base[old])
        for label, row in rows.items():
            if row.key in by_key:
                found.setdefault(label, by_key[row.key])
        return found

    def _matched(
        self, stored: Sequence[StoredRow], keys: Mapping[str, Key]
    ) -> dict[str, StoredRow]:
        """Find the row of each wanted one: by its key, by its key of before, by its name."""
        table, theirs = self._table, self._seed.canonical[self._table.name]
        by_key = {row.key: row for row in stored if None not in row.key}
        found = {label: by_key.pop(key) for label, key in keys.items() if key in by_key}
        for old, label in self._seed.renamed.get(table.name, {}).items():
            if label not in found and (len(table.keys) == 1 or old in self._base):
                row = by_key.pop(table.key_of(old, self._base.get(old)), None)
                found |= {label: row} if row else {}
        if name := table.adopt_by:
            taken = {id(row) for row in found.values()}
            by_name: dict[str, StoredRow] = {}
            for row in stored:
                if id(row) not in taken and row.values.get(name) is not None:
                    by_name.setdefault(same_name(row.values[name]), row)
            for label, fields in theirs.items():
                if label not in found and (row := by_name.pop(same_name(fields.get(name)), None)):
                    found[label] = row
        return found

    def _row(
        self,
        label: str,
        stored: StoredRow | None,
        base: Mapping[str, Any] | None,
        fields: Mapping[str, Json],
    ) -> RowPlan:
        table = self._table
        plan = RowPlan.of(table, label, stored)
        theirs = {name: self._possible(name, value) for name, value in fields.items()}
        lost = {n: (None, fields[n]) for n in table.refs if theirs.get(n) != fields.get(n)}
        if stored is None:
            deleted = base is not None and not table.heal and not self._takes(plan.label, None)
            if lost or deleted:
                self.gone.add(label)
                key = {name: (None, fields[name]) for name in table.keys} or {"row": (None, label)}
                return replace(plan, kept=lost or key)
            changes = {name: (None, value) for name, value in theirs.items()}
            return replace(plan, action=Action.INSERT, changes=changes)
        changes, kept = {}, {}
        ours = self._ours(stored, fields)
        bad = {**stored.bad, **dict(self._refused(ours, fields))}
        for name, wanted in fields.items():
            mine = None if name in bad else ours.get(name)
            taken = name in bad or self._takes(plan.label, name)
            after = theirs[name] if taken else self._merged(name, mine, base, theirs[name])
            after = mine if name in lost else after
            if after != mine or name in bad:
                changes[name] = (mine, after)
            if after != wanted:
                kept[name] = (mine, wanted)
        action = Action.UPDATE if changes else Action.KEEP if kept else Action.UNCHANGED
        bad = {name: value for name, value in bad.items() if name in fields}
        return replace(plan, action=action, changes=changes, kept=kept, bad=bad)

    def _refused(
        self, ours: Mapping[str, Json], fields: Mapping[str, Json]
    ) -> Iterator[tuple[str, Json]]:
        """Yield the values that the declaration does not accept; its own need no asking."""
        accepts = self._table.accepts
        for name, wanted in fields.items() if accepts else ():
            mine = ours.get(name)
            if mine is None or mine == wanted or name in self._table.keys:
                continue
            if accepts and not accepts(name, mine):
                yield name, mine

    def _ours(self, stored: StoredRow, fields: Iterable[str]) -> Mapping[str, Json]:
        """Return the stored values; references call a row as it will be called then."""
        if not refs_of(self._table):
            return stored.values
        values = {name: stored.values[name] for name in fields if name in stored.values}
        return self._table.row(values, lambda of, label: self._merges[of].names.get(label, label))

    def _merged(self, name: str, mine: Json, base: Mapping[str, Any] | None, theirs: Json) -> Json:
        """Return the value that shall be there."""
        table = self._table
        known = base is not None and name in base
        was = base[name] if base is not None and known else None
        # An adopted row gets our key: its old one counts as unset, for the key is our identity.
        if name in table.keys or (known and mine == was):
            return theirs
        # Without healing NULL is a value, but not in a column that the seed has never written.
        if mine is None and (table.heal or (base is not None and not known)):
            return theirs
        if table.children and name == table.children.name and table.children.each:
            return _merged_members(was or (), mine or (), theirs or ())
        return mine

    def _possible(self, name: str, value: Json) -> Json:
        """Leave out references to rows that were deleted for good."""
        table, children = self._table, self._table.children
        if name in table.refs:
            return None if value in self._merges[table.refs[name]].gone else value
        if children is None or name != children.name or not children.refs:
            return value
        gone = {name: self._merges[of].gone for name, of in children.refs.items()}
        members = zip(value or (), children.named(value), strict=True)
        stay = [one for one, named in members if not any(named[n] in gone[n] for n in gone)]
        return stay or None


def _merged_members(
    base: Sequence[Json], mine: Sequence[Json], theirs: Sequence[Json]
) -> list[Json] | None:
    """Merge one by one: an extra member stays, a removed one stays away, the rest is theirs."""
    stay = [one for one in mine if one in theirs or one not in base]
    come = [one for one in theirs if one not in mine and one not in base]
    return sorted([*stay, *come], key=json.dumps) or None


def _as_declared(seed: Seed, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a marker's values in today's form: order, types and names may have been others."""

    def fields(table: SeededTable, row: Mapping[str, Any]) -> dict[str, Json]:
        made: dict[str, Json] = {}
        for name, value in row.items():
            try:
                made |= table.row({name: value}, renamed)
            except SeedError:  # no value of today's column equals it
                made[name] = value
        return made

    def renamed(section: str, label: Any) -> str:
        return seed.renamed.get(section, {}).get(label, label)

    found: dict[str, Any] = {}
    for name, table in seed.sections.items():
        section = values.get(name, {})
        if table.single is not None:
            found[name] = fields(table, section)
        else:
            rows = {label: row for label, row in section.items() if isinstance(row, dict)}
            found[name] = {label: fields(table, row) for label, row in rows.items()}
    return found
