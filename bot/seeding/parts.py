"""Parts of a declaration, and backfills, each checked when it is made."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ClauseElement, Column, Index, Table, UniqueConstraint, literal, null

from .errors import SeedDeclarationError
from .values import CANNOT_HOLD, Json, form_of


def demand(holds: object, sentence: str) -> None:
    """Raise `SeedDeclarationError` unless something holds."""
    if not holds:
        raise SeedDeclarationError(sentence)


def repeated(members: Sequence[Any]) -> Any:
    """Return what is there twice, None if nothing is."""
    return next((one for one in members if members.count(one) > 1), None)


@dataclass(frozen=True, eq=False)
class Part:
    """Some columns of a table: a `Table` or a mapped class."""

    name: str
    model: Any

    def demand(self, holds: object, sentence: str) -> None:
        """Raise `SeedDeclarationError` with the part's name unless something holds."""
        demand(holds, f"{self.name}: {sentence}")

    @cached_property
    def table(self) -> Table:
        """The table itself."""
        table = getattr(self.model, "__table__", self.model)
        is_table = isinstance(table, Table) and table.primary_key
        self.demand(is_table, f"{self.model!r} is no table with a key.")
        return cast("Table", table)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Names of the primary key's columns."""
        return tuple(column.name for column in self.table.primary_key)

    def column(self, name: str) -> Column[Any]:
        """Return a column. Raises `SeedDeclarationError` when there is none of that name."""
        column = self.table.c.get(name)
        if column is None:
            raise SeedDeclarationError(f"{self.name}: {self.table.name} has no column {name!r}.")
        if column.key != column.name:
            raise SeedDeclarationError(
                f"{self.name}: {self.table.name}.{column.name} has the key {column.key!r} in code; "
                "a seed needs columns whose key is their name."
            )
        return column

    def target(self, name: str, table: Table) -> Column[Any]:
        """Return the column of `table` that the foreign key `name` refers to."""
        keys = [key.column for key in self.column(name).foreign_keys if key.column.table is table]
        self.demand(
            keys,
            f"{self.table.name}.{name} has no foreign key to {table.name}; give it one, or name "
            "another column.",
        )
        return keys[0]

    @cached_property
    def unique(self) -> list[set[str]]:
        """Columns by which a constraint makes rows unique, of each constraint."""
        unique = [set(self.ids), *({column.name} for column in self.table.c if column.unique)]
        rules = filter(_is_unique, (*self.table.constraints, *self.table.indexes))
        return unique + [{column.name for column in cast("Any", rule).columns} for rule in rules]

    def check_unique(self, names: Iterable[str]) -> None:
        """Raise `SeedDeclarationError` unless a constraint makes rows unique by these columns."""
        self.demand(
            {self.column(name).name for name in names} in self.unique,
            f"no unique constraint of {self.table.name} covers {', '.join(names)}; add one, or "
            "rows could not be told apart.",
        )

    def check_complete(self, given: Collection[str]) -> None:
        """Raise `SeedDeclarationError` unless an INSERT of the `given` columns is enough."""
        for column in self.table.c:
            self.demand(
                column.name in given or not is_required(column),
                f"{self.table.name}.{column.name} takes no NULL and has no default; name it here, "
                "or give it a default.",
            )

    def held(self, name: str, value: Any) -> Json:
        """Return the canonical form of a value. Raises `SeedDeclarationError` if it has none."""
        try:
            return self.canonical(name, value)
        except CANNOT_HOLD as error:
            wrong = str(error) or "wrong type"
            raise SeedDeclarationError(
                f"{self.table.name}.{name} cannot hold {value!r} ({wrong})."
            ) from error

    def canonical(self, name: str, value: Any) -> Json:
        """Return the canonical form of a value. Raises one of `CANNOT_HOLD` if it has none."""
        return None if value is None else form_of(self.column(name)).canonical(value)


@dataclass(frozen=True, eq=False)
class Backfill(Part):
    """A row for every row of `parent`, with constant or computed values.

    `key` is the column that names the parent, the primary key unless given; `defaults` are values
    or SQL expressions, which may refer to the parent's columns.
    """

    parent: Any
    defaults: Mapping[str, Any]
    key: str | None = None

    def __post_init__(self) -> None:
        """Raise `SeedDeclarationError` for what cannot work."""
        owner = self.owner.name
        self.check_unique([owner])
        self.demand(owner not in self.defaults, f"{owner!r} is the parent's.")
        # NULL never equals NULL: such a parent would always lack a row.
        self.demand(not self.parent_id.nullable, f"{self.parent_id} must not be NULL.")
        given = {*self.values, owner}
        self.check_complete(given)
        for column in self.table.primary_key:
            default: Any = column.default
            self.demand(
                column.name in given or default is None or default.is_clause_element,
                f"every row would need a {self.table.name}.{column.name} of its own; give the "
                "column a default of the server, or an expression in `defaults`.",
            )

    @cached_property
    def values(self) -> dict[str, Any]:
        """The defaults as SQL, by column."""
        return {name: self._value(self.column(name), one) for name, one in self.defaults.items()}

    def _value(self, column: Column[Any], value: Any) -> Any:
        if isinstance(value, ClauseElement) or hasattr(value, "__clause_element__"):
            return value
        needed = value is None and not column.nullable
        self.demand(not needed, f"{self.table.name}.{column.name} needs a value.")
        if value is None:  # literal() would make JSON's null of it
            return null().label(column.name)
        value = form_of(column).bind(self.held(column.name, value))
        return literal(value, column.type).label(column.name)

    @cached_property
    def parents(self) -> Part:
        """The parent table."""
        return Part(f"parent of {self.name}", self.parent)

    @cached_property
    def owner(self) -> Column[Any]:
        """The column that names the parent."""
        one = self.key is not None or len(self.ids) == 1
        self.demand(one, "say with `key` which column is the parent.")
        return self.column(self.ids[0] if self.key is None else self.key)

    @cached_property
    def parent_id(self) -> Column[Any]:
        """The parent's column that it refers to."""
        return self.target(self.owner.name, self.parents.table)


def is_required(column: Column[Any]) -> bool:
    """Return whether an INSERT has to give the column a value."""
    numbered = column.table.autoincrement_column is column
    default = column.default is not None or column.server_default is not None
    return not (column.nullable or default or numbered)


def _is_unique(rule: Any) -> bool:
    """Return whether ON CONFLICT can name a constraint or an index."""
    if isinstance(rule, UniqueConstraint):
        return not rule.deferrable
    if not isinstance(rule, Index) or not rule.unique:
        return False
    parts = [rule.dialect_options[name]["where"] for name in ("postgresql", "sqlite")]
    whole = all(part is None for part in parts)
    return whole and all(isinstance(column, Column) for column in rule.expressions)
