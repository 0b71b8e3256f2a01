"""Declaration of a seed: its tables, its values and its version, checked when it is built."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, cast

from sqlalchemy import Column, Table, UniqueConstraint

from .errors import SeedDeclarationError
from .values import CANNOT_HOLD, Form, IntegerForm, Json, form_of

Key = tuple[Json, ...]
Names = str | Sequence[str]


@dataclass(frozen=True, eq=False)
class _Part:
    """Some columns of a table: a `Table` or a mapped class."""

    name: str
    model: Any

    @cached_property
    def table(self) -> Table:
        """The table itself."""
        table = getattr(self.model, "__table__", self.model)
        if not isinstance(table, Table) or not table.primary_key:
            raise SeedDeclarationError(f"{self.name}: {self.model!r} is no table with a key.")
        return table

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Names of the primary key's columns."""
        return tuple(column.name for column in self.table.primary_key)

    def column(self, name: str) -> Column[Any]:
        """Return a column. Raises `SeedDeclarationError` when there is none of that name."""
        if name not in self.table.c:
            raise SeedDeclarationError(f"{self.name}: {self.table.name} has no column {name!r}.")
        return self.table.c[name]

    def target(self, name: str, table: Table) -> Column[Any]:
        """Return the column of `table` that the foreign key `name` refers to."""
        for key in self.column(name).foreign_keys:
            if key.column.table is table:
                return key.column
        raise SeedDeclarationError(
            f"{self.name}: {self.table.name}.{name} has no foreign key to {table.name}; give it "
            "one, or name another column."
        )

    def check_unique(self, names: Iterable[str]) -> None:
        """Raise `SeedDeclarationError` unless a constraint makes rows unique by these columns."""
        unique = [set(self.ids), *({column.name} for column in self.table.c if column.unique)]
        unique += [
            {column.name for column in cast("Any", one).columns}
            for one in (*self.table.constraints, *self.table.indexes)
            if isinstance(one, UniqueConstraint) or getattr(one, "unique", False)
        ]
        if set(names) not in unique:
            raise SeedDeclarationError(
                f"{self.name}: no unique constraint of {self.table.name} covers "
                f"{', '.join(names)}; add one, or rows could not be told apart."
            )


@dataclass(frozen=True, eq=False)
class Children(_Part):
    """Rows that belong to a row of a seeded table, together one field of it.

    `parent` is the foreign key to it. A member is the list of its `columns`, or the value itself
    where there is one. With `each`, members are merged one by one.
    """

    parent: str
    columns: Sequence[str]
    refs: Mapping[str, str] = field(default_factory=dict)
    each: bool = False

    def __post_init__(self) -> None:
        """Raise `SeedDeclarationError` for what cannot work."""
        if not self.columns or isinstance(self.columns, str):
            raise SeedDeclarationError(f"{self.name}: children need a list of columns.")
        _check_refs(self, self.columns)
        if self.each:
            self.check_unique([self.parent, *self.columns])

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Forms by column; a reference is a text, the key of its row."""
        return {name: form_of(self.column(name)) for name in self.columns if name not in self.refs}

    def members(self, value: Any, refer: Callable[[str, Any], str]) -> list[Json] | None:
        """Return the canonical, sorted members; None when there are none at all."""
        members = [self._member(member, refer) for member in value or ()]
        return sorted(members, key=json.dumps) or None

    def _member(self, member: Any, refer: Callable[[str, Any], str]) -> Json:
        values = [member] if len(self.columns) == 1 else member
        if isinstance(values, str) or len(values) != len(self.columns):
            raise ValueError(f"a member needs {', '.join(self.columns)}")
        made = [
            _canonical(self, name, value, refer)
            for name, value in zip(self.columns, values, strict=True)
        ]
        return made[0] if len(made) == 1 else made


@dataclass(frozen=True, eq=False)
class SeededTable(_Part):
    """A section of a seed: either one row, or rows that are told apart by a key.

    `single` is the primary key of the one row; else `key` names a column (the name of a row in
    the manifest), or several (the name is then a label, and the columns are given like fields).
    `accepts(field, value)` tells which values of the database count at all.
    """

    fields: Sequence[str]
    key: Names | None = None
    single: Any = None
    adopt_by: str | None = None
    children: Children | None = None
    refs: Mapping[str, str] = field(default_factory=dict)
    heal: bool = True
    initial: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    accepts: Callable[[str, Json], bool] | None = None

    def __post_init__(self) -> None:
        """Raise `SeedDeclarationError` for what cannot work."""
        if (self.key is None) == (self.single is None):
            raise SeedDeclarationError(f"{self.name}: give either `key` or `single`.")
        if self.single is not None and (len(self.ids) != 1 or self.children or self.adopt_by):
            raise SeedDeclarationError(
                f"{self.name}: a single row needs a key of one column, and takes neither children "
                "nor adopt_by."
            )
        if self.keys:
            self.check_unique(self.keys)
        _check_refs(self, self.fields)
        if self.adopt_by is not None and (self.adopt_by not in self.fields or len(self.keys) > 1):
            raise SeedDeclarationError(
                f"{self.name}: adopt_by {self.adopt_by!r} must be one of the fields, and the key "
                "one column."
            )
        names = [*self.keys, *self.fields, *self.initial]
        if self.children:
            self.children.target(self.children.parent, self.table)
            names.append(self.children.name)
        for name in set(names) - set(self.table.c.keys()) - {getattr(self.children, "name", "")}:
            self.column(name)
        if twice := {name for name in names if names.count(name) > 1}:
            raise SeedDeclarationError(f"{self.name}: {twice.pop()!r} is named twice.")
        given = {*names, *(self.ids if self.single is not None else ())}
        if missing := [c.name for c in self.table.c if c.name not in given and _is_required(c)]:
            raise SeedDeclarationError(
                f"{self.name}: {self.table.name}.{missing[0]} takes no NULL and has no default; "
                "make it a field, or give it a default."
            )

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the key's columns; none for a single row."""
        return (self.key,) if isinstance(self.key, str) else tuple(self.key or ())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the manifest gives for a row: fields, and a key of several columns."""
        return (*(self.keys if len(self.keys) > 1 else ()), *self.fields)

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Forms by column; a reference is a text, the key of its row."""
        names = (*self.keys, *self.fields)
        return {name: form_of(self.column(name)) for name in names if name not in self.refs}

    def key_of(self, label: str, fields: Mapping[str, Json]) -> Key:
        """Return the key of the row that the manifest calls `label`."""
        if len(self.keys) > 1:
            return tuple(fields[name] for name in self.keys)
        form = self.forms[self.keys[0]]
        whole = isinstance(form, IntegerForm) and isinstance(label, str)
        return (form.canonical(int(label) if whole else label),)

    def row(self, values: Mapping[str, Any], refer: Callable[[str, Any], str]) -> dict[str, Json]:
        """Return the canonical fields of a row; `refer` checks and names a reference."""
        children = self.children
        row: dict[str, Json] = {}
        for name, value in values.items():
            try:
                if children and name == children.name:
                    row[name] = children.members(value, refer)
                else:
                    row[name] = _canonical(self, name, value, refer)
            except CANNOT_HOLD as error:
                raise SeedDeclarationError(
                    f"{self.table.name}.{name} cannot hold {value!r} ({error or 'wrong type'})."
                ) from error
        return row


@dataclass(frozen=True, eq=False)
class Backfill(_Part):
    """A row for every row of `parent`, with constant or computed values.

    `key` is the column that names the parent, the primary key unless given; `defaults` are values
    or SQL expressions, which may refer to the parent's columns.
    """

    parent: Any
    defaults: Mapping[str, Any]
    key: str | None = None

    def __post_init__(self) -> None:
        """Raise `SeedDeclarationError` for what cannot work."""
        self.check_unique([self.owner.name])
        for name in self.defaults:
            self.column(name)
        given = {*self.defaults, self.owner.name}
        for column in self.table.c:
            if column.name not in given and (
                _is_required(column) or (column.primary_key and callable_default(column))
            ):
                raise SeedDeclarationError(
                    f"{self.name}: every row would need a {self.table.name}.{column.name} of its "
                    "own; give the column a default of the server, or an expression in `defaults`."
                )

    @cached_property
    def parents(self) -> _Part:
        """The parent table."""
        return _Part(f"parent of {self.name}", self.parent)

    @cached_property
    def owner(self) -> Column[Any]:
        """The column that names the parent."""
        if self.key is None and len(self.ids) != 1:
            raise SeedDeclarationError(f"{self.name}: say with `key` which column is the parent.")
        return self.column(self.ids[0] if self.key is None else self.key)

    @cached_property
    def parent_id(self) -> Column[Any]:
        """The parent's column that it refers to."""
        return self.target(self.owner.name, self.parents.table)


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
        if not self.name or type(self.version) is not int or self.version < 1:
            raise SeedDeclarationError(
                f"The seed {self.name!r} needs a name, and a version of at least 1."
            )
        names = ["version", *(part.name for part in (*self.tables, *self.backfills))]
        if twice := {name for name in names if names.count(name) > 1}:
            raise SeedDeclarationError(f"The seed {self.name} has two sections {twice.pop()!r}.")
        sections = set(self.sections)
        if wrong := (sections ^ set(self.values)) | (set(self.renamed) - sections):
            raise SeedDeclarationError(
                f"The seed {self.name} has values or a table for {min(wrong)!r}, not both."
            )
        for section, names_of in self.renamed.items():
            for old, new in names_of.items():
                if old in self.canonical[section] or new not in self.canonical[section]:
                    raise SeedDeclarationError(
                        f"{section}: {old!r} cannot be renamed to {new!r}; the values must have "
                        "the new name and no longer the old one."
                    )
        _ = self.order, self.targets

    @cached_property
    def sections(self) -> dict[str, SeededTable]:
        """Tables by the name of their section."""
        return {table.name: table for table in self.tables}

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
            name: [other for other in refs_of(table).values() if other != name]
            for name, table in self.sections.items()
        }
        return [self.sections[name] for name in _sorted(self.name, graph) if name in graph]

    @cached_property
    def targets(self) -> dict[str, dict[str, Column[Any]]]:
        """The column that each reference refers to, by section and column."""
        return {
            name: {
                ref: part.target(ref, self._section_named(other).table)
                for part in (table, table.children)
                if part
                for ref, other in part.refs.items()
            }
            for name, table in self.sections.items()
        }

    @cached_property
    def labels(self) -> dict[str, dict[Key, str]]:
        """What the manifest calls a row, by section and key; also by its key before a renaming."""
        found = {
            name: {
                table.key_of(label, fields): label for label, fields in self.canonical[name].items()
            }
            for name, table in self.sections.items()
            if table.keys
        }
        for section, names in self.renamed.items():
            if len(self.sections[section].keys) == 1:
                for old, new in names.items():
                    found[section].setdefault(self.sections[section].key_of(old, {}), new)
        return found

    def rows(self, section: str) -> list[str]:
        """Return the names of a section's rows, those first that others refer to."""
        own = [ref for ref, other in self.sections[section].refs.items() if other == section]
        graph = {
            label: [fields[ref] for ref in own if fields.get(ref) is not None]
            for label, fields in self.canonical[section].items()
        }
        return _sorted(section, graph)

    def _section_named(self, name: str) -> SeededTable:
        if name not in self.sections or self.sections[name].single is not None:
            raise SeedDeclarationError(
                f"The seed {self.name} has a reference to {name!r}, which is no section with keys."
            )
        return self.sections[name]

    def _section(self, table: SeededTable) -> dict[str, Any]:
        given = self.values[table.name]
        if table.single is not None:
            return self._row(table, table.name, given)
        rows = {str(label): self._row(table, label, fields) for label, fields in given.items()}
        seen: dict[Key, str] = {}
        for label, fields in rows.items():
            try:
                key = table.key_of(label, fields)
            except CANNOT_HOLD as error:
                raise SeedDeclarationError(
                    f"{table.name}: {label!r} is no key that {', '.join(table.keys)} can hold."
                ) from error
            if seen.setdefault(key, label) != label:
                raise SeedDeclarationError(
                    f"{table.name}: {label!r} and {seen[key]!r} have the same key."
                )
        return rows

    def _row(self, table: SeededTable, label: str, fields: Any) -> dict[str, Json]:
        allowed = {*table.columns, *([table.children.name] if table.children else ())}
        if not isinstance(fields, Mapping) or (unknown := set(fields) - allowed):
            what = min(unknown) if isinstance(fields, Mapping) else fields
            raise SeedDeclarationError(f"{table.name}: {label!r} has no field {what!r}.")
        needed = {*table.keys[1:], *table.keys[:1]} if len(table.keys) > 1 else set()
        needed |= {name for name in table.fields if _is_required(table.column(name))}
        if missing := [
            name for name in table.columns if name in needed and fields.get(name) is None
        ]:
            raise SeedDeclarationError(f"{table.name}: {label!r} needs a {missing[0]!r}.")
        try:
            return table.row(fields, self._refer)
        except SeedDeclarationError as error:
            raise SeedDeclarationError(f"{table.name}: in {label!r}, {error}") from error

    def _refer(self, section: str, value: Any) -> str:
        if str(value) not in map(str, self._values_of(section)):
            raise ValueError(f"{section} has no row {value!r}")
        return str(value)

    def _values_of(self, section: str) -> Mapping[str, Any]:
        return self.values.get(self._section_named(section).name, {})


def refs_of(table: SeededTable) -> dict[str, str]:
    """Return the references of a table and of its children: column and section."""
    return {**table.refs, **(table.children.refs if table.children else {})}


def _canonical(
    part: Children | SeededTable, name: str, value: Any, refer: Callable[[str, Any], str]
) -> Json:
    if value is None:
        return None
    if name in part.refs:
        return refer(part.refs[name], value)
    return part.forms[name].canonical(value)


def _check_refs(part: Children | SeededTable, names: Sequence[str]) -> None:
    if isinstance(names, str):
        raise SeedDeclarationError(f"{part.name}: give the columns as a list, not as a text.")
    if unknown := set(part.refs) - set(names):
        raise SeedDeclarationError(f"{part.name}: the reference {unknown.pop()!r} is no column.")
    _ = part.forms


def _is_required(column: Column[Any]) -> bool:
    numbered = column.table.autoincrement_column is column
    default = column.default is not None or column.server_default is not None
    return not (column.nullable or default or numbered)


def callable_default(column: Column[Any]) -> bool:
    """Return whether Python makes the column's default, once for a whole statement."""
    return column.default is not None and not column.default.is_clause_element


def _sorted(name: str, graph: Mapping[str, Sequence[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise SeedDeclarationError(
            f"{name}: these refer to each other in a circle, so none can be first: {circle}."
        ) from error
