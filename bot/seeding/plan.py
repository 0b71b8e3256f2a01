"""Plan of each change, made purely of what the manifest wants, the database holds, was applied.

The rule, for each field (base: as last applied, mine: in the database, theirs: the manifest):
a value that is missing or still equal to base takes theirs; any other value is somebody's edit and
is kept. Without a base every value but NULL is an edit. No row is ever deleted, but for children.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from .adoption import adopted
from .declaration import Seed, Wanted
from .errors import SeedDeclarationError
from .look import label_of
from .sections import Key, SeededTable
from .snapshot import StoredRow
from .values import Json

Fields = Mapping[str, Json]
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

    `label` is the full name, by which it is taken back. `changes` and `kept` give pairs: before and
    after; the edit, and what the manifest would say. `bad` are values that no such column can hold,
    or that are out of bounds: they count as missing.
    """

    section: str
    table: str
    name: str
    label: str
    action: Action
    stored: StoredRow | None = None
    changes: Pairs = field(default_factory=dict)
    kept: Pairs = field(default_factory=dict)
    bad: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, table: SeededTable, name: str, action: Action, **rest: Any) -> Self:
        """Return the plan of a row of a table."""
        return cls(table.name, table.table.name, name, table.full_name(name), action, **rest)

    @property
    def single(self) -> bool:
        """Whether it is the only row of its section."""
        return self.label == self.section

    @property
    def writes(self) -> bool:
        """Whether the row will change at all."""
        return self.action in {Action.INSERT, Action.UPDATE}

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain JSON."""
        return {
            "section": self.section,
            "table": self.table,
            "key": self.name,
            "action": self.action,
            "changes": {n: {"before": old, "after": new} for n, (old, new) in self.changes.items()},
            "kept": {n: {"edited": old, "default": new} for n, (old, new) in self.kept.items()},
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
    for table in seed.order:
        applied = table.by_label(base[table.name]) if table.name in base else {}
        if base is not seed.canonical:
            applied = seed.as_declared(table, applied)
        merges[table.name] = merge = _Merge(seed, table, applied, takes, merges)
        plans += merge.rows(rows[table.name])
    return tuple(plans)


@dataclass(eq=False, slots=True)
class _Merge:
    """The merge of one section; `merges` are those of the sections that it refers to, and itself.

    `gone` are its rows that were deleted for good, `names` what a look calls rows that get our key.
    """

    seed: Seed
    table: SeededTable
    base: Mapping[str, Any]
    takes: Takes
    merges: Mapping[str, "_Merge"]
    gone: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)

    def rows(self, stored: Sequence[StoredRow]) -> Iterator[RowPlan]:
        """Return the plan of each row."""
        wanted, found = self._wanted, self._matched(stored)
        bases = self._bases(found)
        self.names = {
            label_of(row.key): label for label, row in found.items() if row.key != wanted[label].key
        }
        for label, one in wanted.items():
            yield self._row(label, found.get(label), bases.get(label), one.fields)

    def _bases(self, rows: Mapping[str, StoredRow]) -> Mapping[str, Fields]:
        """Find the base of each wanted row: by its key, its name of before, or its row's key."""
        if self.base is self.seed.canonical[self.table.name]:
            return self.base
        by_key: dict[Key, Fields] = {}
        for label, row in self.base.items():
            with suppress(SeedDeclarationError, TypeError):  # another column was the key then
                by_key[self.table.key_of(label, row)] = row
        wanted = self._wanted.items()
        found = {label: by_key[one.key] for label, one in wanted if one.key in by_key}
        for old, label in self._renamed.items():
            if old in self.base:
                found.setdefault(label, self.base[old])
        for label, stored in rows.items():
            if stored.key in by_key:
                found.setdefault(label, by_key[stored.key])
        return found

    def _matched(self, stored: Sequence[StoredRow]) -> dict[str, StoredRow]:
        """Find the row of each wanted one: by its key, by its key of before, by its name."""
        table, wanted = self.table, self._wanted
        by_key = {row.key: row for row in stored if None not in row.key}
        found = {label: by_key.pop(one.key) for label, one in wanted.items() if one.key in by_key}
        for old, label in self._renamed.items():
            if label not in found and (len(table.keys) == 1 or old in self.base):
                row = by_key.pop(table.key_of(old, self.base.get(old)), None)
                found |= {label: row} if row else {}
        missing = {label: one.fields for label, one in wanted.items() if label not in found}
        if table.adopt_by is None or not missing:
            return found
        taken = {id(row) for row in found.values()}
        left = [row for row in stored if id(row) not in taken]
        return found | adopted(left, missing, table.adopt_by)

    @property
    def _wanted(self) -> Mapping[str, Wanted]:
        return self.seed.rows[self.table.name]

    @property
    def _renamed(self) -> Mapping[str, str]:
        return self.seed.renamed.get(self.table.name, {})

    def _row(
        self, label: str, stored: StoredRow | None, base: Fields | None, fields: Fields
    ) -> RowPlan:
        table = self.table
        theirs = self._possible(fields)
        lost = {name for name in table.refs if theirs.get(name) != fields.get(name)}
        if stored is None:
            return self._missing(label, base, fields, theirs, lost)
        ours = table.renamed(stored.values, self._now) if table.refers_to else stored.values
        changes: dict[str, tuple[Any, Any]] = {}
        kept: dict[str, tuple[Any, Any]] = {}
        bad = {name: value for name, value in stored.bad.items() if name in fields}
        for name, wanted in fields.items():
            mine = ours.get(name)
            if mine == wanted and name not in bad:
                continue
            if name not in bad and name not in table.keys and table.refuses(name, mine):
                bad[name] = mine
            if name in bad:
                mine = None
            given = name in bad or self.takes(table.full_name(label), name)
            after = theirs[name] if given else self._merged(name, mine, base or {}, theirs[name])
            after = mine if name in lost else after
            if after != mine or name in bad:
                changes[name] = (mine, after)
            if after != wanted:
                kept[name] = (mine, wanted)
        action = Action.UPDATE if changes else Action.KEEP if kept else Action.UNCHANGED
        return RowPlan.of(table, label, action, stored=stored, changes=changes, kept=kept, bad=bad)

    def _missing(
        self, label: str, base: Fields | None, fields: Fields, theirs: Fields, lost: set[str]
    ) -> RowPlan:
        """Plan a row that is not there: it comes, unless it or what it needs is gone for good."""
        table = self.table
        deleted = base is not None and not table.heal
        if not lost and (not deleted or self.takes(table.full_name(label), None)):
            changes = {name: (None, value) for name, value in theirs.items()}
            return RowPlan.of(table, label, Action.INSERT, changes=changes)
        self.gone.add(label)
        kept = {name: (None, fields[name]) for name in lost or table.keys}
        return RowPlan.of(table, label, Action.KEEP, kept=kept or {"row": (None, label)})

    def _now(self, section: str, label: Json) -> Json:
        """Return how a row of a section will be called."""
        return self.merges[section].names.get(label, label)

    def _merged(self, name: str, mine: Json, base: Fields, theirs: Json) -> Json:
        """Return the value that shall be there."""
        table = self.table
        # An adopted row gets our key: its old one counts as unset, for the key is our identity.
        if name in table.keys or (name in base and mine == base[name]):
            return theirs
        # Without healing NULL is a value, but not where the seed has never written one.
        if mine is None and (table.heal or name not in base):
            return theirs
        if table.children and name == table.children.name and table.children.each:
            # One by one: an extra member stays, a removed one stays away, the rest is theirs.
            was, mine, theirs = base.get(name), mine or (), theirs or ()
            was = was if isinstance(was, list) else ()  # a column had that name then
            stay = [one for one in mine if one in theirs or one not in was]
            come = [one for one in theirs if one not in mine and one not in was]
            return sorted([*stay, *come], key=json.dumps) or None
        return mine

    def _possible(self, fields: Fields) -> Fields:
        """Leave out references to rows that were deleted for good."""
        table, children = self.table, self.table.children
        gone = {of: self.merges[of].gone for of in table.refers_to}
        if not any(gone.values()):
            return fields
        refs = table.refs
        found = {n: None if n in refs and v in gone[refs[n]] else v for n, v in fields.items()}
        if children and children.refs and found.get(children.name):
            found[children.name] = children.plain(
                member
                for member in children.named(found[children.name])
                if not any(member[name] in gone[of] for name, of in children.refs.items())
            )
        return found
