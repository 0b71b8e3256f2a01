"""Canonical JSON form of column values: equal is equal, on SQLite, on PostgreSQL and in a marker.

Each form turns a value of a declaration or a marker into JSON (`canonical`), what a look has read
into the same JSON (`read`), and that JSON into what SQLAlchemy takes (`bind`). A value that the
column's type cannot hold raises one of `CANNOT_HOLD`.
"""

import json
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Dialect, null, types
from sqlalchemy.dialects import postgresql

from .errors import SeedDeclarationError

Json = Any
CANNOT_HOLD: Final = (ValueError, TypeError, LookupError, ArithmeticError)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as SQLAlchemy stores an interval on SQLite
_EXACT: Final = Context(prec=1000, rounding=ROUND_HALF_UP)  # as PostgreSQL rounds
_DOUBLE: Final = 25  # the fewest bits of FLOAT for which PostgreSQL takes eight bytes
_BITS: Final = ((types.SmallInteger, 15), (types.BigInteger, 63), (types.Integer, 31))


class Form:
    """A form of values; the base for those that are the same everywhere."""

    def __init__(self, kind: Any) -> None:
        """`kind` is the column's type."""
        self.kind = kind

    def canonical(self, value: Any) -> Json:
        """Return the JSON form of a declared value."""
        raise NotImplementedError

    def read(self, value: Any, *, sqlite: bool) -> Json:  # noqa: ARG002 - most forms do not care
        """Return the JSON form of what a look has read."""
        return self.canonical(value)

    def bind(self, value: Json) -> Any:
        """Return what SQLAlchemy takes for the column."""
        return value

    def select(self, column: str) -> str:
        """Return the SQL that gives PostgreSQL's JSON of the column."""
        return column

    def literal(self, value: Json, dialect: Dialect) -> str:
        """Return the value as an SQL literal."""
        processor = self.kind.dialect_impl(dialect).literal_processor(dialect)
        return str(processor(self.bind(value)))


class TextForm(Form):
    """Text, within the column's length and without NUL, which PostgreSQL does not store."""

    def canonical(self, value: Any) -> Json:
        text = _of(str, value)
        if isinstance(self.kind, types.CHAR):
            text = text.rstrip(" ")  # PostgreSQL fills it up
        if self.kind.length and len(text) > self.kind.length:
            raise ValueError(f"longer than {self.kind.length}")
        return storable(text)


class IntegerForm(Form):
    """Whole numbers that fit the column."""

    def __init__(self, kind: Any) -> None:
        """Look up how many bits the column has."""
        super().__init__(kind)
        self._limit = 2 ** next(bits for known, bits in _BITS if isinstance(kind, known))

    def canonical(self, value: Any) -> Json:
        number = _of(int, value)
        if isinstance(value, bool) or not -self._limit <= number < self._limit:
            raise ValueError
        return number


class BooleanForm(Form):
    """True and false; SQLite has 1 and 0 for them, and nothing else counts."""

    def canonical(self, value: Any) -> Json:
        return _of(bool, value)

    def read(self, value: Any, *, sqlite: bool) -> Json:
        return {0: False, 1: True}[_of(int, value)] if sqlite else self.canonical(value)


class FloatForm(Form):
    """Finite floating-point numbers."""

    def canonical(self, value: Any) -> Json:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise TypeError
        number = float(value)
        if number - number != 0:  # infinite, or none at all
            raise ValueError
        if isinstance(self.kind, types.REAL) or (self.kind.precision or _DOUBLE) < _DOUBLE:
            (number,) = struct.unpack("f", struct.pack("f", number))
        return number


class NumericForm(Form):
    """Exact numbers as text, at the column's scale."""

    def canonical(self, value: Any) -> Json:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            raise TypeError
        number = Decimal(str(value))
        if not number.is_finite():
            raise ValueError
        precision, scale = self.kind.precision, self.kind.scale
        if precision is not None and scale is None:
            scale = 0
        if scale is None:
            return format(number.normalize(_EXACT) + 0, "f")
        number = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
        if precision is not None and number.adjusted() >= precision - scale and number:
            raise ValueError
        return format(number or abs(number), "f")

    def read(self, value: Any, *, sqlite: bool) -> Json:
        # SQLite makes a number of every text that is one.
        return self.canonical(_of((int, float), value) if sqlite else value)

    def bind(self, value: Json) -> Any:
        return Decimal(value)

    def select(self, column: str) -> str:
        return f"CAST({column} AS text)"


class DateForm(Form):
    """Days."""

    def canonical(self, value: Any) -> Json:
        day = date.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(day, date) or isinstance(day, datetime):
            raise TypeError
        return day.isoformat()

    def bind(self, value: Json) -> Any:
        return date.fromisoformat(value)


class TimeForm(Form):
    """Times of day without a zone."""

    def canonical(self, value: Any) -> Json:
        moment = time.fromisoformat(value) if isinstance(value, str) else _of(time, value)
        if moment.tzinfo is not None:
            raise ValueError
        return moment.isoformat()

    def bind(self, value: Json) -> Any:
        return time.fromisoformat(value)


class DateTimeForm(Form):
    """Moments: in UTC where the column has a zone, which SQLite does not store."""

    def canonical(self, value: Any) -> Json:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else _of(datetime, value)
        if (moment.tzinfo is not None) != bool(self.kind.timezone):
            raise ValueError
        return (moment.astimezone(UTC) if self.kind.timezone else moment).isoformat()

    def read(self, value: Any, *, sqlite: bool) -> Json:
        moment = datetime.fromisoformat(_of(str, value))
        if sqlite and self.kind.timezone and moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return self.canonical(moment)

    def bind(self, value: Json) -> Any:
        return datetime.fromisoformat(value)


class IntervalForm(Form):
    """Spans of time in seconds."""

    def canonical(self, value: Any) -> Json:
        if isinstance(value, bool) or not isinstance(value, int | float | timedelta):
            raise TypeError
        span = value if isinstance(value, timedelta) else timedelta(seconds=value)
        seconds = span.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds

    def read(self, value: Any, *, sqlite: bool) -> Json:
        if sqlite:
            value = datetime.fromisoformat(_of(str, value)).replace(tzinfo=None) - _EPOCH
        return self.canonical(value)

    def bind(self, value: Json) -> Any:
        return timedelta(seconds=value)

    def select(self, column: str) -> str:
        return f"EXTRACT(EPOCH FROM {column})"


class UuidForm(Form):
    """UUIDs as text with hyphens."""

    def canonical(self, value: Any) -> Json:
        return str(value if isinstance(value, UUID) else UUID(_of(str, value)))

    def bind(self, value: Json) -> Any:
        return UUID(value) if self.kind.as_uuid else value


class EnumForm(Form):
    """Members of an enumeration, by name; one of plain texts by those."""

    def __init__(self, kind: Any) -> None:
        """Look up which text of the database stands for which name."""
        super().__init__(kind)
        names = kind.enums
        if members := kind.enum_class:  # a second name of a member counts where the type has it
            if len(members.__members__) == len(kind.enums):
                members = members.__members__.values()
            names = [member.name for member in members]
        self._names = dict(zip(kind.enums, names, strict=True))

    def canonical(self, value: Any) -> Json:
        name = value.name if isinstance(value, Enum) else _of(str, value)
        if name not in self._names.values():
            raise ValueError
        return name

    def read(self, value: Any, *, sqlite: bool) -> Json:  # noqa: ARG002
        return self._names[_of(str, value)]

    def bind(self, value: Json) -> Any:
        return self.kind.enum_class[value] if self.kind.enum_class else value


class BytesForm(Form):
    """Bytes in hexadecimal."""

    def canonical(self, value: Any) -> Json:
        return (value if isinstance(value, bytes) else bytes.fromhex(_of(str, value))).hex()

    def read(self, value: Any, *, sqlite: bool) -> Json:
        return self.canonical(_of(bytes, value) if sqlite else value)

    def bind(self, value: Json) -> Any:
        return bytes.fromhex(value)

    def select(self, column: str) -> str:
        return f"encode({column}, 'hex')"


class JsonForm(Form):
    """JSON as it is; its null is the column's NULL."""

    def canonical(self, value: Any) -> Json:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        storable(text.replace("\\\\", "").replace("\\u0000", "\0"))
        return json.loads(text, parse_float=_json_number)

    def read(self, value: Any, *, sqlite: bool) -> Json:  # noqa: ARG002
        if isinstance(value, bytes):
            raise TypeError
        if isinstance(value, str):
            return json.loads(value, parse_float=_json_number)
        return self.canonical(value)

    def select(self, column: str) -> str:
        return f"CAST({column} AS text)"


#: Forms whose values are no key: nobody writes them, or compares them, always in one way.
NO_KEY: Final = (BytesForm, FloatForm, IntervalForm, JsonForm)

# The first that fits: an enumeration is a kind of text, an interval a decorator to SQLAlchemy.
_FORMS: Final[tuple[tuple[type[Any] | tuple[type[Any], ...], Callable[[Any], Form]], ...]] = (
    ((types.Interval, postgresql.INTERVAL), IntervalForm),
    (types.Enum, EnumForm),
    (types.String, TextForm),
    (types.Boolean, BooleanForm),
    (types.Integer, IntegerForm),
    (types.Float, FloatForm),
    (types.Numeric, NumericForm),
    (types.Date, DateForm),
    (types.Time, TimeForm),
    (types.DateTime, DateTimeForm),
    (types.Uuid, UuidForm),
    (types.LargeBinary, BytesForm),
    (types.JSON, JsonForm),
)


@cache
def form_of(column: Column[Any]) -> Form:
    """Return the form of a column's values. Raises `SeedDeclarationError` for an unknown type."""
    kind = column.type
    form = next((form for kinds, form in _FORMS if isinstance(kind, kinds)), None)
    if form is None or (form is TimeForm and getattr(kind, "timezone", False)):
        raise SeedDeclarationError(
            f"The column {column.table.name}.{column.name} has the type {kind!r}, whose values "
            "have no form that is equal on every database; seed another column."
        )
    return form(kind)


def bound(column: Column[Any], value: Json) -> Any:
    """Return what is written into a column for a canonical value."""
    return null() if value is None else form_of(column).bind(value)


def unquoted(literal: str) -> Any:
    """Return the value of what SQLite's `quote()` has written, whatever type it is stored as."""
    if literal == "NULL":
        return None
    if literal.startswith("'"):
        return literal[1:-1].replace("''", "'")
    if literal.startswith("X'"):
        return bytes.fromhex(literal[2:-1])
    try:
        return int(literal)
    except ValueError:
        return float(literal)


def _json_number(text: str) -> float:
    """Return a number as JSONB gives it back, which writes out all digits before the point."""
    return int(Decimal(text)) if "e+" in text else float(text)


def storable(text: str) -> str:
    """Return a text. Raises `ValueError` for what no PostgreSQL stores: NUL and half characters."""
    if "\0" in text:
        raise ValueError("NUL")
    text.encode()
    return text


def _of(kind: type[Any] | tuple[type[Any], ...], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value
