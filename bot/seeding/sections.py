"""Sections of a seed: seeded tables and the children of their rows, checked when declared."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import CITEXT

from .parts import Part, cannot_hold, demand, is_required, repeated
from .values import CANNOT_HOLD, Form, Json, form_of

Key = tuple[Json, ...]
Names = str | Sequence[str]
#: PostgreSQL's json_build_array takes so many arguments.
_MOST_COLUMNS = 100
#: Gives the name that a row of a section has now.
Rename = Callable[[str, Json], Json]


@dataclass(frozen=True, eq=False)
class Rows(Part):
    """Columns with values of a seed, some of which refer to rows of its sections."""

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Forms by column; a reference is a text, the name of its row, and has none."""
        refs: Mapping[str, str] = getattr(self, "refs", {})
        return {name: form_of(self.column(name)) for name in self.given if name not in refs}

    @property
    def given(self) -> Sequence[str]:
        """Names of the columns that a seed gives."""
        raise NotImplementedError

    def _check_names(self, names: Any) -> None:
        is_list = isinstance(names, Sequence) and not isinstance(names, str)
        demand(
            is_list and all(isinstance(name, str) for name in names),
            f"{self.name}: give a list of the names of columns, not {names!r}.",
        )

    def _check_refs(self, refs: Mapping[str, str], names: Collection[str]) -> None:
        for name in refs:
            demand(
                name in names,
                f"{self.name}: the reference {name!r} is no field, or a part of the key.",
            )
        _ = self.forms


@dataclass(frozen=True, eq=False)
class Children(Rows):
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
        self._check_names(self.columns)
        demand(
            self.columns and self.parent not in self.columns,
            f"{self.name}: children need columns, and {self.parent!r} is none of them.",
        )
        self._check_refs(self.refs, self.columns)
        if self.each:
            self.check_unique([self.parent, *self.columns])

    @property
    def given(self) -> Sequence[str]:
        """Names of the columns that a seed gives."""
        return self.columns

    def members(self, value: Any) -> list[Json] | None:
        """Return the canonical, sorted members; None when there are none at all."""
        if isinstance(value, str | Mapping):
            raise TypeError("a list is needed")
        found = []
        for member in value or ():
            parts = [member] if len(self.columns) == 1 else member
            if not isinstance(parts, list | tuple) or len(parts) != len(self.columns):
                raise ValueError(f"a member needs {', '.join(self.columns)}")
            canonical = map(self._canonical, self.columns, parts)
            found.append(dict(zip(self.columns, canonical, strict=True)))
        return self.plain(found)

    def named(self, members: Sequence[Json] | None) -> Iterator[dict[str, Json]]:
        """Return canonical members with the names of their columns."""
        for member in members or ():
            parts = [member] if len(self.columns) == 1 else member
            yield dict(zip(self.columns, parts, strict=True))

    def plain(self, named: Iterable[Mapping[str, Json]]) -> list[Json] | None:
        """Return members as a marker keeps them, of those with names; None for none at all."""
        members = ([*one.values()] for one in named)
        found = [one if len(self.columns) > 1 else one[0] for one in members]
        return (sorted(found, key=json.dumps) if len(found) > 1 else found) or None

    def _canonical(self, name: str, value: Any) -> Json:
        if value is None:
            return None
        return self.forms[name].canonical(value) if name in self.forms else str(value)

    def check(self, members: Sequence[Json] | None) -> None:
        """Raise `SeedDeclarationError` for declared members that the table cannot hold."""
        named = list(self.named(members))
        for name in self.columns:
            missing = any(member[name] is None for member in named)
            needed = missing and is_required(self.column(name))
            demand(not needed, f"{self.name}: a member needs a {name!r}.")
        unique = self.each or {*self.ids} <= {self.parent, *self.columns}
        twice = next((one for one in named if unique and named.count(one) > 1), None)
        demand(twice is None, f"{self.name}: {twice} is there twice.")


@dataclass(frozen=True, eq=False)
class SeededTable(Rows):
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
        self._check_names(self.fields)
        self._check_names(self.keys)
        keyed, name = bool(self.keys), self.name
        demand(keyed == (self.single is None), f"{name}: give either `key` or `single`.")
        demand(
            keyed or (len(self.ids) == 1 and not self.children and not self.adopt_by),
            f"{name}: a single row needs a key of one column, and takes neither children nor "
            "adopt_by.",
        )
        self._check_refs(self.refs, [name for name in self.fields if name not in self.ids])
        demand(
            self.adopt_by is None or (self.adopt_by in self.fields and len(self.keys) == 1),
            f"{name}: adopt_by {self.adopt_by!r} must be one of the fields, and the key one "
            "column.",
        )
        for column, make in self.initial.items():
            demand(
                callable(make), f"{name}: the initial {column!r} is no function of a row's name."
            )
        names = [*self.names, *self.initial]
        _ = [self.column(one) for one in names]
        if self.children:
            _ = self.link
            self.children.check_complete({self.children.parent, *self.children.columns})
            names.append(self.children.name)
        demand(repeated(names) is None, f"{name}: {repeated(names)!r} is named twice.")
        if keyed:
            self.check_unique(self.keys)
        for one in self.keys or self.ids:
            demand(
                form_of(self.column(one)).is_key,
                f"{name}: {self.table.name}.{one} has a type that makes no key; take another "
                "column.",
            )
            demand(
                _tells_case(self.column(one).type),
                f"{name}: {self.table.name}.{one} compares texts in a way of its own (a collation "
                "or CITEXT), so two keys could be one row; take another column.",
            )
        self.check_complete(names)
        demand(
            len(self.names) + len(self.ids) < _MOST_COLUMNS,
            f"{name}: a section has at most {_MOST_COLUMNS} columns, its key's included; split it.",
        )
        _ = self.single_key

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Names of the key's columns; none for a single row."""
        return (self.key,) if isinstance(self.key, str) else cast("Any", self.key or ())

    @cached_property
    def single_key(self) -> Json:
        """The primary key of the single row as JSON."""
        return None if self.single is None else self.held(self.ids[0], self.single)

    @cached_property
    def link(self) -> Column[Any]:
        """The column that children refer to."""
        children = cast("Children", self.children)
        return children.target(children.parent, self.table)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all columns that the seed gives: the row's key and its fields."""
        return (*(self.keys or self.ids), *self.fields)

    @property
    def given(self) -> Sequence[str]:
        """Names of the columns that a seed gives."""
        return (*self.keys, *self.fields)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the manifest gives for a row: fields, and a key of several columns."""
        return (*(self.keys if len(self.keys) > 1 else ()), *self.fields)

    @cached_property
    def all_fields(self) -> tuple[str, ...]:
        """Names of all that a manifest may say of a row."""
        return (*self.columns, *([self.children.name] if self.children else ()))

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """Columns that each row of a manifest must give a value."""
        of_key, required = self.keys, [n for n in self.columns if is_required(self.column(n))]
        return tuple(name for name in self.columns if name in of_key or name in required)

    @cached_property
    def solid(self) -> tuple[str, ...]:
        """Columns that take no NULL."""
        return tuple(name for name in self.columns if not self.column(name).nullable)

    @cached_property
    def all_refs(self) -> dict[str, str]:
        """References of the rows and of their children: column and section."""
        return {**self.refs, **(self.children.refs if self.children else {})}

    def key_of(self, label: str, fields: Mapping[str, Json] | None) -> Key:
        """Return the key of the row that the manifest calls `label`; `fields` are None if none."""
        if len(self.keys) > 1:
            return tuple(json.loads(label) if fields is None else map(fields.get, self.keys))
        form = self.forms[self.keys[0]]
        return (form.canonical(int(label) if form.is_whole and isinstance(label, str) else label),)

    def row(self, values: Mapping[str, Any]) -> dict[str, Json]:
        """Return the canonical fields of a row."""
        forms, children = self.forms, self.children
        row: dict[str, Json] = {}
        for name, value in values.items():
            try:
                if value is None:
                    row[name] = None
                elif name in forms:
                    row[name] = forms[name].canonical(value)
                elif children and name == children.name:
                    row[name] = children.members(value)
                else:
                    row[name] = str(value)
            except CANNOT_HOLD as error:
                raise cannot_hold(f"{self.table.name}.{name}", value, error) from error
        return row

    def references(self, row: Mapping[str, Json]) -> Iterator[tuple[Rows, str, str, str]]:
        """Return part, column, section and name of each row that a row and its children name."""
        parts: list[tuple[SeededTable | Children, Mapping[str, Json]]] = [(self, row)]
        if self.children and self.children.refs:
            parts += [
                (self.children, one) for one in self.children.named(row.get(self.children.name))
            ]
        for part, values in parts:
            for name, section in part.refs.items():
                if values.get(name) is not None:
                    yield part, name, section, values[name]

    def renamed(self, row: Mapping[str, Json], rename: Rename) -> dict[str, Json]:
        """Return a row whose references have the names that their rows have now."""
        found, children = dict(row), self.children
        for name, section in self.refs.items():
            if found.get(name) is not None:
                found[name] = rename(section, found[name])
        if children and children.refs and isinstance(found.get(children.name), list):
            found[children.name] = children.plain(
                {
                    name: rename(children.refs[name], value) if name in children.refs else value
                    for name, value in member.items()
                }
                for member in children.named(found[children.name])
            )
        return found


def _tells_case(kind: Any) -> bool:
    """Return whether the database tells the same texts apart as we do."""
    return not isinstance(kind, CITEXT) and getattr(kind, "collation", None) is None
