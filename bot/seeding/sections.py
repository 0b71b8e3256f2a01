"""Sections of a seed: seeded tables and the children of their rows, checked when declared."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import CITEXT

from .errors import SeedDeclarationError
from .parts import Part, is_required, repeated
from .values import CANNOT_HOLD, Json, form_of

Key = tuple[Json, ...]
Names = str | Sequence[str]
#: PostgreSQL's json_build_array takes so many arguments.
_MOST_COLUMNS = 100
#: Gives the name that a row of a section has now.
Rename = Callable[[str, Json], Json]


@dataclass(frozen=True, eq=False)
class Rows(Part):
    """Columns with values of a seed; `refs` names the sections that some of them refer to."""

    refs: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def canonical(self, name: str, value: Any) -> Json:
        """Return the canonical form of a value; a reference is a text, the name of its row."""
        is_name = name in self.refs and value is not None
        return str(value) if is_name else super().canonical(name, value)

    def _check_names(self, names: Any) -> None:
        is_list = isinstance(names, Sequence) and not isinstance(names, str)
        self.demand(
            is_list and all(isinstance(name, str) for name in names),
            f"give a list of the names of columns, not {names!r}.",
        )

    def _check_values(self, names: Collection[str], fields: Collection[str]) -> None:
        for name in self.refs:
            self.demand(name in fields, f"the reference {name!r} is no field, or part of the key.")
        for name in names:
            if name not in self.refs:
                form_of(self.column(name))

    def renamed(self, row: Mapping[str, Json], rename: Rename) -> dict[str, Json]:
        """Return a row whose references have the names that their rows have now."""
        found = dict(row)
        for name, section in self.refs.items():
            if found.get(name) is not None:
                found[name] = rename(section, found[name])
        return found


@dataclass(frozen=True, eq=False)
class Children(Rows):
    """Rows that belong to a row of a seeded table, together one field of it.

    `parent` is the foreign key to it. A member is the list of its `columns`, or the value itself
    where there is one. With `each`, members are merged one by one.
    """

    parent: str
    columns: Sequence[str]
    each: bool = False

    def __post_init__(self) -> None:
        """Raise `SeedDeclarationError` for what cannot work."""
        self._check_names(self.columns)
        self.demand(
            self.columns and self.parent not in self.columns,
            f"children need columns, and {self.parent!r} is none of them.",
        )
        self._check_values(self.columns, self.columns)
        if self.each:
            self.check_unique([self.parent, *self.columns])

    def members(self, value: Any) -> list[Json] | None:
        """Return the canonical, sorted members; None when there are none at all."""
        if isinstance(value, str | Mapping):
            raise TypeError("a list is needed")
        return self.plain(
            {name: self.canonical(name, one) for name, one in member.items()}
            for member in self.named(value)
        )

    def named(self, members: Iterable[Any] | None) -> Iterator[dict[str, Any]]:
        """Return members with the names of their columns."""
        for member in members or ():
            parts = [member] if len(self.columns) == 1 else member
            if not isinstance(parts, list | tuple) or len(parts) != len(self.columns):
                raise ValueError(f"a member needs {', '.join(self.columns)}")
            yield dict(zip(self.columns, parts, strict=True))

    def plain(self, named: Iterable[Mapping[str, Json]]) -> list[Json] | None:
        """Return members as a marker keeps them, of those with names; None for none at all."""
        members = ([*one.values()] for one in named)
        found = [one if len(self.columns) > 1 else one[0] for one in members]
        return (sorted(found, key=json.dumps) if len(found) > 1 else found) or None

    def check(self, members: Sequence[Json] | None) -> None:
        """Raise `SeedDeclarationError` for declared members that the table cannot hold."""
        named = list(self.named(members))
        for name in self.columns:
            missing = any(member[name] is None for member in named)
            needed = missing and is_required(self.column(name))
            self.demand(not needed, f"a member needs a {name!r}.")
        keys = [key for key in self.unique if {self.parent} < key <= {self.parent, *self.columns}]
        for key in (keys or [{*self.columns}]) if self.each else keys:
            told = [{name: one[name] for name in self.columns if name in key} for one in named]
            # NULL never equals NULL.
            twice = repeated([one for one in told if None not in one.values()])
            self.demand(twice is None, f"{twice} is there twice.")


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
    heal: bool = True
    initial: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    accepts: Callable[[str, Json], bool] | None = None

    def __post_init__(self) -> None:
        """Raise `SeedDeclarationError` for what cannot work."""
        self._check_names(self.fields)
        self._check_names(self.keys)
        keyed, children, demand = bool(self.keys), self.children, self.demand
        demand(keyed == (self.single is None), "give either `key` or `single`.")
        demand(
            keyed or (len(self.ids) == 1 and not children and not self.adopt_by),
            "a single row needs a key of one column, and takes neither children nor adopt_by.",
        )
        self._check_values(self.names, [name for name in self.fields if name not in self.ids])
        demand(
            self.adopt_by is None or (self.adopt_by in self.fields and len(self.keys) == 1),
            f"adopt_by {self.adopt_by!r} must be one of the fields, and the key one column.",
        )
        for name, make in self.initial.items():
            demand(callable(make), f"the initial {name!r} is no function of a row's name.")
        names = [*self.names, *self.initial]
        for column in map(self.column, names):
            made = column.computed is not None or (column.identity and column.identity.always)
            demand(not made, f"{column} is made by the database; leave it out.")
        if children:
            demand(
                not self.link.nullable, f"children cannot refer to {self.link}, which may be NULL."
            )
            children.check_complete({children.parent, *children.columns})
        twice = repeated([*names, *([children.name] if children else [])])
        demand(twice is None, f"{twice!r} is named twice.")
        if keyed:
            self.check_unique(self.keys)
        self._check_keys()
        self.check_complete(names)
        demand(
            len(self.names) + len(self.ids) < _MOST_COLUMNS,
            f"a section has at most {_MOST_COLUMNS} columns, its key's included; split it.",
        )
        _ = self.single_key

    def _check_keys(self) -> None:
        for name in self.keys or self.ids:
            column, place = self.column(name), f"{self.table.name}.{name}"
            is_key = form_of(column).is_key
            self.demand(is_key, f"{place} has a type that makes no key; take another column.")
            # Else the database would not tell the same texts apart as we do.
            by_letters = getattr(column.type, "collation", None) is None
            self.demand(
                by_letters and not isinstance(column.type, CITEXT),
                f"{place} compares texts in a way of its own (a collation or CITEXT), so two keys "
                "could be one row; take another column.",
            )

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

    @property
    def parts(self) -> tuple[Rows, ...]:
        """The table itself and its children."""
        return (self, self.children) if self.children else (self,)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns that the seed gives: the row's key and its fields."""
        return (*(self.keys or self.ids), *self.fields)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that the manifest gives for a row: fields, and a key of several columns."""
        return (*(self.keys if len(self.keys) > 1 else ()), *self.fields)

    @cached_property
    def all_fields(self) -> tuple[str, ...]:
        """Names of all that a manifest may say of a row."""
        return (*self.columns, *([self.children.name] if self.children else ()))

    @cached_property
    def refers_to(self) -> tuple[str, ...]:
        """Sections that the rows and their children refer to."""
        return tuple(section for part in self.parts for section in part.refs.values())

    def by_label(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rows of a section's values by their names, the single one among them."""
        return values if self.keys else {str(self.single): values}

    def full_name(self, label: str) -> str:
        """Return the name by which a row is told and taken back."""
        return f"{self.name}.{label}" if self.keys else self.name

    def check_given(self, label: str, fields: Mapping[str, Any]) -> None:
        """Raise `SeedDeclarationError` for a column that has no value and cannot be without."""
        for name in self.columns:
            column = self.column(name)
            has_to = name in self.keys or is_required(column)
            needed = has_to or (name in fields and not column.nullable)
            self.demand(fields.get(name) is not None or not needed, f"{label!r} needs a {name!r}.")

    def key_of(self, label: str, fields: Mapping[str, Json] | None) -> Key:
        """Return the key of the row that the manifest calls `label`; `fields` are None if none.

        Raises `SeedDeclarationError` for a label that is no key.
        """
        if len(self.keys) != 1:
            return tuple(json.loads(label) if fields is None else map(fields.get, self.keys))
        form = form_of(self.column(self.keys[0]))
        try:
            is_number = form.is_whole and isinstance(label, str)
            return (form.canonical(int(label) if is_number else label),)
        except CANNOT_HOLD as error:
            raise SeedDeclarationError(
                f"{self.name}: {label!r} is no key that {self.keys[0]} can hold."
            ) from error

    def canonical(self, name: str, value: Any) -> Json:
        """Return the canonical form of a field; children together are one."""
        children = self.children
        if children and name == children.name:
            return children.members(value)
        return super().canonical(name, value)

    def refuses(self, name: str, value: Json) -> bool:
        """Return whether the declaration does not accept a value of the database."""
        return not (value is None or self.accepts is None or self.accepts(name, value))

    def row(self, values: Mapping[str, Any]) -> dict[str, Json]:
        """Return the canonical fields of a row."""
        return {name: self.held(name, value) for name, value in values.items()}

    def references(self, row: Mapping[str, Json]) -> Iterator[tuple[Rows, str, str, str]]:
        """Return part, column, section and name of each row that a row and its children name."""
        parts: list[tuple[Rows, Mapping[str, Json]]] = [(self, row)]
        if (children := self.children) and children.refs:
            parts += [(children, one) for one in children.named(row.get(children.name))]
        for part, values in parts:
            for name, section in part.refs.items():
                if values.get(name) is not None:
                    yield part, name, section, values[name]

    def renamed(self, row: Mapping[str, Json], rename: Rename) -> dict[str, Json]:
        """Return a row whose references, and its children's, have the names of their rows now."""
        found, children = super().renamed(row, rename), self.children
        if children and children.refs and isinstance(found.get(children.name), list):
            members = children.named(found[children.name])
            found[children.name] = children.plain(children.renamed(one, rename) for one in members)
        return found
