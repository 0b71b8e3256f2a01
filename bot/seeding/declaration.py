"""Declaration of a seed: its tables, its values and its version, checked when it is built."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, cast

from sqlalchemy import ClauseElement, Column, Index, Table, UniqueConstraint, literal

from .errors import SeedDeclarationError
from .values import CANNOT_HOLD, NO_KEY, Form, IntegerForm, Json, form_of, storable

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
        wanted = {self.column(name).name for name in names}
        unique = [set(self.ids), *({column.name} for column in self.table.c if column.unique)]
        unique += [
            {column.name for column in cast("Any", one).columns}
            for one in (*self.table.constraints, *self.table.indexes)
            if _is_unique(one)
        ]
        if wanted not in unique:
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
        _check_names(self, self.columns)
        if not self.columns or self.parent in self.columns:
            raise SeedDeclarationError(
                f"{self.name}: children need columns, and {self.parent!r} is none of them."
            )
        _check_refs(self, self.columns)
        if self.each:
            self.check_unique([self.parent, *self.columns])

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Forms by column; a reference is a text, the key of its row."""
        return {name: form_of(self.column(name)) for name in self.columns if name not in self.refs}

    def members(self, value: Any, refer: Callable[[str, Any], str]) -> list[Json] | None:
        """Return the canonical, sorted members; None when there are none at all."""
        if isinstance(value, str | Mapping):
            raise TypeError("a list is needed")
        members = [self._member(member, refer) for member in value or ()]
        return sorted(members, key=json.dumps) or None

    def named(self, members: Sequence[Json] | None) -> Iterator[dict[str, Json]]:
        """Return canonical members with the names of their columns."""
        for member in members or ():
            values = [member] if len(self.columns) == 1 else member
            yield dict(zip(self.columns, values, strict=True))

    def check(self, members: Sequence[Json] | None) -> None:
        """Raise `SeedDeclarationError` for declared members that the table cannot hold."""
        seen: list[Json] = []
        for member in self.named(members):
            for name, value in member.items():
                if value is None and _is_required(self.column(name)):
                    raise SeedDeclarationError(f"{self.name}: a member needs a {name!r}.")
            if member in seen and (self.each or {*self.ids} <= {self.parent, *self.columns}):
                raise SeedDeclarationError(f"{self.name}: {member} is there twice.")
            seen.append(member)

    def _member(self, member: Any, refer: Callable[[str, Any], str]) -> Json:
        if len(self.columns) == 1:
            return _canonical(self, self.columns[0], member, refer)
        if not isinstance(member, list | tuple) or len(member) != len(self.columns):
            raise ValueError(f"a member needs {', '.join(self.columns)}")
        pairs = zip(self.columns, member, strict=True)
        return [_canonical(self, name, value, refer) for name, value in pairs]


@dataclass(frozen=True, eq=False)
class SeededTable(_Part):
    """A section of a seed: either one row, or rows that are told apart by a key.

    `single` is the primary key of the one row; else `key` names a column (the name of a row in
    the manifest), or several (the name is then a label, and the columns are given like fields).
    `accepts(field, value)` tells which values of the database count at all.
    """

    fields: Sequence[str] = ()
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
        _check_names(self, self.fields)
        _check_names(self, self.keys)
        if bool(self.keys) == (self.single is not None):
            raise SeedDeclarationError(f"{self.name}: give either `key` or `single`.")
        if self.single is not None and (len(self.ids) != 1 or self.children or self.adopt_by):
            raise SeedDeclarationError(
                f"{self.name}: a single row needs a key of one column, and takes neither children "
                "nor adopt_by."
            )
        _check_refs(self, [name for name in self.fields if name not in self.ids])
        if self.adopt_by is not None and (self.adopt_by not in self.fields or len(self.keys) > 1):
            raise SeedDeclarationError(
                f"{self.name}: adopt_by {self.adopt_by!r} must be one of the fields, and the key "
                "one column."
            )
        names = [*self.names, *self.initial]
        for name in names:
            self.column(name)
        if self.children:
            self.children.target(self.children.parent, self.table)
            _check_complete(self.children, {self.children.parent, *self.children.columns})
            names.append(self.children.name)
        if twice := {name for name in names if names.count(name) > 1}:
            raise SeedDeclarationError(f"{self.name}: {twice.pop()!r} is named twice.")
        if self.keys:
            self.check_unique(self.keys)
        for name in self.keys or self.ids:
            if isinstance(form_of(self.column(name)), NO_KEY):
                raise SeedDeclarationError(
                    f"{self.name}: {self.table.name}.{name} has a type that makes no key; "
                    "take another column."
                )
        _check_complete(self, names)
        _ = self.single_key

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the key's columns; none for a single row."""
        return (self.key,) if isinstance(self.key, str) else self.key or ()  # type: ignore[return-value]

    @cached_property
    def single_key(self) -> Json:
        """The primary key of the single row as JSON."""
        if self.single is None:
            return None
        (column,) = self.table.primary_key
        return _held(column, self.single)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all columns that the seed gives: the row's key and its fields."""
        return (*(self.keys or self.ids), *self.fields)

    @cached_property
    def gives_ids(self) -> bool:
        """Whether rows get numbers of the seed's, where the database would count up."""
        column = self.table.autoincrement_column
        return column is not None and column.name in self.names

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the manifest gives for a row: fields, and a key of several columns."""
        return (*(self.keys if len(self.keys) > 1 else ()), *self.fields)

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Forms by column; a reference is a text, the key of its row."""
        names = (*self.keys, *self.fields)
        return {name: form_of(self.column(name)) for name in names if name not in self.refs}

    def key_of(self, label: str, fields: Mapping[str, Json] | None) -> Key:
        """Return the key of the row that the manifest calls `label`; `fields` are None if none."""
        if len(self.keys) > 1:
            return tuple(json.loads(label) if fields is None else map(fields.get, self.keys))
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
                raise _cannot_hold(f"{self.table.name}.{name}", value, error) from error
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
        if self.owner.name in self.defaults:
            raise SeedDeclarationError(f"{self.name}: {self.owner.name!r} is the parent's.")
        if self.parent_id.nullable:  # NULL never equals NULL: such a parent would always lack a row
            raise SeedDeclarationError(f"{self.name}: {self.parent_id} must not be NULL.")
        _ = self.values
        given = {*self.defaults, self.owner.name}
        _check_complete(self, given)
        for column in self.table.primary_key:
            default = column.default
            by_python = default is not None and not default.is_clause_element
            if column.name not in given and by_python:
                raise SeedDeclarationError(
                    f"{self.name}: every row would need a {self.table.name}.{column.name} of its "
                    "own; give the column a default of the server, or an expression in `defaults`."
                )

    @cached_property
    def values(self) -> dict[str, Any]:
        """The defaults as SQL, by column."""
        return {name: self._value(self.column(name), one) for name, one in self.defaults.items()}

    def _value(self, column: Column[Any], value: Any) -> Any:
        if isinstance(value, ClauseElement) or hasattr(value, "__clause_element__"):
            return value
        if value is None and not column.nullable:
            raise SeedDeclarationError(
                f"{self.name}: {self.table.name}.{column.name} needs a value."
            )
        if value is not None:
            value = form_of(column).bind(_held(column, value))
        return literal(value, column.type).label(column.name)

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
        if not _is_name(self.name) or type(self.version) is not int or self.version < 1:
            raise SeedDeclarationError(
                f"The seed {self.name!r} needs a name, and a version of at least 1."
            )
        if not isinstance(self.values, Mapping) or not isinstance(self.renamed, Mapping):
            raise SeedDeclarationError(
                f"The seed {self.name} needs values, and what is renamed, by section."
            )
        names = ["version", *(part.name for part in (*self.tables, *self.backfills))]
        if twice := {name for name in names if names.count(name) > 1}:
            raise SeedDeclarationError(f"The seed {self.name} has two sections {twice.pop()!r}.")
        sections = set(self.sections)
        if wrong := (sections ^ set(self.values)) | (set(self.renamed) - sections):
            raise SeedDeclarationError(
                f"The seed {self.name} has values or a table for {wrong.pop()!r}, not both."
            )
        for section in self.renamed:
            self._check_renamed(section)
        _ = self.order, self.targets, self.labels
        for table in self.tables:
            if table.keys:
                self.rows(table.name)

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
                    found[section].setdefault(self._key(self.sections[section], old, {}), new)
        return found

    def rows(self, section: str) -> list[str]:
        """Return the names of a section's rows, those first that others refer to."""
        table = self.sections[section]
        graph = {
            label: [to for other, to in _references(table, fields) if other == section]
            for label, fields in self.canonical[section].items()
        }
        return _sorted(section, graph)

    def _check_renamed(self, section: str) -> None:
        table, renamed = self.sections[section], self.renamed[section]
        if not isinstance(renamed, Mapping) or not table.keys:
            raise SeedDeclarationError(
                f"{section}: {renamed!r} cannot be renamed; give old and new names of rows."
            )
        for old, new in renamed.items():
            if old in self.canonical[section] or new not in self.canonical[section]:
                raise SeedDeclarationError(
                    f"{section}: {old!r} cannot be renamed to {new!r}; the values must have "
                    "the new name and no longer the old one."
                )

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
        if not isinstance(given, Mapping):
            raise SeedDeclarationError(f"{table.name}: rows by name are needed, not {given!r}.")
        rows: dict[str, dict[str, Any]] = {}
        for label, fields in given.items():
            if str(label) in rows or not _is_name(str(label)):
                raise SeedDeclarationError(f"{table.name}: {str(label)!r} is no name of one row.")
            rows[str(label)] = self._row(table, label, fields)
        seen: dict[Key, str] = {}
        for label, fields in rows.items():
            key = self._key(table, label, fields)
            if seen.setdefault(key, label) != label:
                raise SeedDeclarationError(
                    f"{table.name}: {label!r} and {seen[key]!r} have the same key."
                )
        return rows

    def _row(self, table: SeededTable, label: str, fields: Any) -> dict[str, Json]:
        allowed = {*table.columns, *([table.children.name] if table.children else ())}
        if not isinstance(fields, Mapping):
            raise SeedDeclarationError(f"{table.name}: {label!r} needs fields, not {fields!r}.")
        if unknown := set(fields) - allowed:
            raise SeedDeclarationError(f"{table.name}: {label!r} has no field {unknown.pop()!r}.")
        for name in table.columns:
            column = table.column(name)
            needed = _is_required(column) or name in table.keys
            if fields.get(name) is None and (needed or (name in fields and not column.nullable)):
                raise SeedDeclarationError(f"{table.name}: {label!r} needs a {name!r}.")
        try:
            row = table.row(fields, self._refer)
            if table.children:
                table.children.check(row.get(table.children.name))
        except SeedDeclarationError as error:
            raise SeedDeclarationError(f"{table.name}: in {label!r}, {error}") from error
        return row

    def _key(self, table: SeededTable, label: str, fields: Mapping[str, Any]) -> Key:
        try:
            return table.key_of(label, fields)
        except CANNOT_HOLD as error:
            raise SeedDeclarationError(
                f"{table.name}: {label!r} is no key that {', '.join(table.keys)} can hold."
            ) from error

    def _refer(self, section: str, value: Any) -> str:
        if str(value) not in map(str, self._values_of(section)):
            raise ValueError(f"{section} has no row {value!r}")
        return str(value)

    def _values_of(self, section: str) -> Mapping[str, Any]:
        return self.values.get(self._section_named(section).name, {})


def refs_of(table: SeededTable) -> dict[str, str]:
    """Return the references of a table and of its children: column and section."""
    return {**table.refs, **(table.children.refs if table.children else {})}


def _references(table: SeededTable, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return the section and the name of each row that a row and its children refer to."""
    parts: list[tuple[Mapping[str, str], Mapping[str, Json]]] = [(table.refs, fields)]
    if table.children:
        members = table.children.named(fields.get(table.children.name))
        parts += [(table.children.refs, member) for member in members]
    for refs, values in parts:
        yield from ((refs[name], values[name]) for name in refs if values.get(name) is not None)


def _canonical(
    part: Children | SeededTable, name: str, value: Any, refer: Callable[[str, Any], str]
) -> Json:
    if value is None:
        return None
    if name in part.refs:
        return refer(part.refs[name], value)
    return part.forms[name].canonical(value)


def _check_names(part: _Part, names: Any) -> None:
    is_list = isinstance(names, Sequence) and not isinstance(names, str)
    if not is_list or not all(isinstance(name, str) for name in names):
        raise SeedDeclarationError(
            f"{part.name}: give a list of the names of columns, not {names!r}."
        )


def _check_refs(part: Children | SeededTable, names: Sequence[str]) -> None:
    if unknown := set(part.refs) - set(names):
        raise SeedDeclarationError(
            f"{part.name}: the reference {unknown.pop()!r} is no field, or a part of the key."
        )
    _ = part.forms


def _check_complete(part: _Part, given: Collection[str]) -> None:
    for column in part.table.c:
        if column.name not in given and _is_required(column):
            raise SeedDeclarationError(
                f"{part.name}: {part.table.name}.{column.name} takes no NULL and has no default; "
                "name it here, or give it a default."
            )


def _held(column: Column[Any], value: Any) -> Json:
    try:
        return form_of(column).canonical(value)
    except CANNOT_HOLD as error:
        raise _cannot_hold(f"{column.table.name}.{column.name}", value, error) from error


def _cannot_hold(place: str, value: Any, error: Exception) -> SeedDeclarationError:
    return SeedDeclarationError(f"{place} cannot hold {value!r} ({str(error) or 'wrong type'}).")


def _is_name(name: Any) -> bool:
    try:
        return isinstance(name, str) and bool(storable(name))
    except ValueError:
        return False


def _is_unique(one: Any) -> bool:
    """Return whether ON CONFLICT can name a constraint or an index."""
    if isinstance(one, UniqueConstraint):
        return not one.deferrable
    if not isinstance(one, Index) or not one.unique:
        return False
    parts = [one.dialect_options[name]["where"] for name in ("postgresql", "sqlite")]
    whole = all(part is None for part in parts)
    return whole and all(isinstance(column, Column) for column in one.expressions)


def _is_required(column: Column[Any]) -> bool:
    numbered = column.table.autoincrement_column is column
    default = column.default is not None or column.server_default is not None
    return not (column.nullable or default or numbered)


def _sorted(name: str, graph: Mapping[str, Sequence[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " → ".join(error.args[1])
        raise SeedDeclarationError(
            f"{name}: these refer to each other in a circle, so none can be first: {circle}."
        ) from error
