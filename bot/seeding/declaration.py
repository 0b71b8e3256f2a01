"""Declaration of a seed: tables, values and a version that fit together."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from sqlalchemy import Column

from .errors import SeedDeclarationError
from .parts import Backfill, Part, demand, repeated
from .sections import Key, Rows, SeededTable
from .values import Json, storable


class Wanted(NamedTuple):
    """A row as the seed wants it, the columns of its key among the fields."""

    key: Key
    fields: dict[str, Json]


@dataclass(frozen=True, eq=False)
class Seed:
    """Everything that a whole database holds, at one version.

    `values` gives the fields of a single section, and of the others a mapping of rows by name.
    `renamed` gives, by section, old names of rows and their new ones.
    Raises `SeedDeclarationError` with the table and column of whatever cannot work.
    """

    name: str
    version: int
    values: Mapping[str, Mapping[str, Any]]
    tables: Sequence[SeededTable] = ()
    backfills: Sequence[Backfill] = ()
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that everything fits together."""
        demand(
            _is_name(self.name) and type(self.version) is int and self.version >= 1,
            f"The seed {self.name!r} needs a name, and a version of at least 1.",
        )
        demand(
            isinstance(self.values, Mapping) and isinstance(self.renamed, Mapping),
            f"The seed {self.name} needs values, and what is renamed, by section.",
        )
        for kind, parts in (SeededTable, self.tables), (Backfill, self.backfills):
            demand(
                isinstance(parts, Sequence) and all(isinstance(part, kind) for part in parts),
                f"The seed {self.name} needs a list of {kind.__name__}, not {parts!r}.",
            )
        twice = repeated(["version", *(one.name for one in (*self.tables, *self.backfills))])
        demand(twice is None, f"The seed {self.name} has two sections {twice!r}.")
        sections = set(self.sections)
        for name in sections ^ set(self.values) | set(self.renamed) - sections:
            lacks = "values" if name in sections else "table"
            raise SeedDeclarationError(
                f"The seed {self.name} has no {lacks} for the section {name!r}; give it both, or "
                "neither."
            )
        for table in self.tables:
            table.demand("." not in table.name, "a name of a section has no dots.")
            self._check_references(table)
            self._check_lasting_key(table)
        for section, renamed in self.renamed.items():
            self._check_renamed(self.sections[section], renamed)
        # What a start needs is made here, not while it holds a connection.
        _ = self.order, self.labels, self.fingerprint

    @cached_property
    def sections(self) -> dict[str, SeededTable]:
        """Tables by the name of their section."""
        return {table.name: table for table in self.tables}

    @property
    def parts(self) -> list[Part]:
        """All that has a table."""
        return [*(part for table in self.tables for part in table.parts), *self.backfills]

    @cached_property
    def canonical(self) -> dict[str, dict[str, Any]]:
        """The values as JSON: what a marker keeps and a fingerprint is taken of."""
        return {name: self._section(table) for name, table in self.sections.items()}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of version and values, so that neither form nor order matters."""
        content = {"version": self.version, **self.canonical}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def order(self) -> list[SeededTable]:
        """Tables in the order in which they can refer to each other."""
        graph = {
            name: [other for other in table.refers_to if other != name]
            for name, table in self.sections.items()
        }
        return [self.sections[name] for name in _sorted(self.name, graph)]

    @cached_property
    def rows(self) -> dict[str, dict[str, Wanted]]:
        """The rows of each section by their names, those first that others refer to."""
        found: dict[str, dict[str, Wanted]] = {}
        for name, table in self.sections.items():
            values = table.by_label(self.canonical[name])
            graph = {
                label: [to for *_, section, to in table.references(row) if section == name]
                for label, row in values.items()
            }
            keys = {label: table.key_of(label, values[label]) for label in _sorted(name, graph)}
            found[name] = {
                label: Wanted(key, {**dict(zip(table.keys, key, strict=True)), **values[label]})
                for label, key in keys.items()
            }
        return found

    def target(self, part: Rows, ref: str) -> Column[Any]:
        """Return the column that a reference refers to."""
        return part.target(ref, self.sections[part.refs[ref]].table)

    @cached_property
    def labels(self) -> dict[str, dict[Key, str]]:
        """What the manifest calls a row, by section and key; also by its key before a renaming."""
        found: dict[str, dict[Key, str]] = {name: {} for name in self.sections}
        for name, table in self.sections.items():
            for label, row in self.rows[name].items():
                other = found[name].setdefault(row.key, label)
                demand(other is label, f"{name}: {label!r} and {other!r} have the same key.")
            for old, new in self.renamed.get(name, {}).items() if len(table.keys) == 1 else ():
                found[name].setdefault(table.key_of(old, {}), new)
        return found

    def as_declared(self, table: SeededTable, rows: Mapping[str, Any]) -> dict[str, Any]:
        """Return a marker's rows in today's form: types and names may have been others."""

        def rename(section: str, label: Json) -> Json:
            return self.renamed.get(section, {}).get(label, label)

        def fields(row: Mapping[str, Any]) -> dict[str, Json]:
            made: dict[str, Json] = {}
            for name, value in row.items():
                try:
                    made |= table.renamed(table.row({name: value}), rename)
                except SeedDeclarationError:  # no value of today's column equals it
                    made[name] = value
            return made

        return {label: fields(row) for label, row in rows.items() if isinstance(row, dict)}

    def _section(self, table: SeededTable) -> dict[str, Any]:
        given = self.values[table.name]
        if not table.keys:
            return _row(table, table.name, given)
        table.demand(isinstance(given, Mapping), f"rows by name are needed, not {given!r}.")
        rows: dict[str, dict[str, Any]] = {}
        for label, fields in given.items():
            name = str(label)
            table.demand(name not in rows and _is_name(name), f"{name!r} is no name of one row.")
            rows[name] = _row(table, label, fields)
        return rows

    def _check_references(self, table: SeededTable) -> None:
        for section in table.refers_to:
            demand(
                section in self.sections and self.sections[section].keys,
                f"The seed {self.name} has a reference to {section!r}, which is no section with "
                "keys.",
            )
        for part in table.parts:
            for ref in part.refs:
                self.target(part, ref)
        rows = self.canonical[table.name]
        for label, row in (rows if table.keys else {table.name: rows}).items():
            for part, name, section, to in table.references(row):
                table.demand(
                    to in self.canonical[section],
                    f"in {label!r}, {part.name}.{name} refers to {to!r}, a row that {section} does "
                    "not have.",
                )

    def _check_lasting_key(self, table: SeededTable) -> None:
        """Refuse that a row gets another key where others refer to that key, and not to an id."""
        if not table.adopt_by and table.name not in self.renamed:
            return
        linked = [table.link.name] if table.children else []
        for other in self.tables:
            for part in other.parts:
                named = [name for name, section in part.refs.items() if section == table.name]
                linked += [self.target(part, name).name for name in named]
        owners = (one.parent_id for one in self.backfills if one.parents.table is table.table)
        lasting = {*linked, *(column.name for column in owners)} & {*table.keys}
        table.demand(
            not lasting,
            f"others refer to {', '.join(sorted(lasting))}, so a row cannot get another key; let "
            "them refer to an id, or leave out what is renamed or adopted.",
        )

    def _check_renamed(self, table: SeededTable, renamed: Any) -> None:
        table.demand(
            isinstance(renamed, Mapping) and table.keys,
            f"{renamed!r} cannot be renamed; give old and new names of rows.",
        )
        rows = self.canonical[table.name]
        for old, new in renamed.items():
            table.demand(
                old not in rows and new in rows,
                f"{old!r} cannot be renamed to {new!r}; the values must have the new name and no "
                "longer the old one.",
            )


def _row(table: SeededTable, label: str, fields: Any) -> dict[str, Json]:
    """Return the canonical fields of a declared row, each checked."""
    table.demand(isinstance(fields, Mapping), f"{label!r} needs fields, not {fields!r}.")
    unknown = [name for name in fields if name not in table.all_fields]
    table.demand(not unknown, f"{label!r} has no field {unknown[:1]}.")
    table.check_given(label, fields)
    try:
        row = table.row(fields)
        if table.children:
            table.children.check(row.get(table.children.name))
    except SeedDeclarationError as error:
        raise SeedDeclarationError(f"{table.name}: in {label!r}, {error}") from error
    return row


def _is_name(name: Any) -> bool:
    try:
        return isinstance(name, str) and bool(storable(name))
    except ValueError:
        return False


def _sorted(name: str, graph: Mapping[str, Sequence[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise SeedDeclarationError(
            f"{name}: these refer to each other in a circle, so none can be first: {circle}."
        ) from error
