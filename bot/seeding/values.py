"""Canonical JSON form of column values: equal is equal, on SQLite, on PostgreSQL and in a marker.

A value that its column's type cannot hold raises one of `CANNOT_HOLD`.
"""

import json
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, null, types
from sqlalchemy.dialects import postgresql

from .errors import SeedDeclarationError

Json = Any
CANNOT_HOLD: Final = (ValueError, TypeError, LookupError, ArithmeticError)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - as SQLAlchemy stores an interval on SQLite
_EXACT: Final = Context(prec=1000, rounding=ROUND_HALF_UP)  # as PostgreSQL rounds
_DOUBLE: Final = 25  # the fewest bits of FLOAT for which PostgreSQL takes eight bytes
_BITS: Final = ((types.SmallInteger, 15), (types.BigInteger, 63), (types.Integer, 31))


def _same(value: Any) -> Any:
    return value


@dataclass(frozen=True, slots=True)
class Form:
    """The JSON form of one type of values.

    `canonical` makes JSON of a declared value, `reader` the same JSON of what a look has read,
    `bind` what SQLAlchemy takes of that. `select` is the SQL whose value has a form in
    PostgreSQL's JSON; `is_key` says whether everybody writes such values in one way.
    """

    canonical: Callable[[Any], Json]
    read: Callable[[Any], Json] | None = None
    read_sqlite: Callable[[Any], Json] | None = None
    bind: Callable[[Json], Any] = _same
    select: str = "{}"
    is_key: bool = True
    is_whole: bool = False

    def reader(self, *, sqlite: bool) -> Callable[[Any], Json]:
        """Return what reads a value of a database: unless told otherwise, `canonical`."""
        return (sqlite and self.read_sqlite) or self.read or self.canonical


def _of(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError
    return _of((int, float, Decimal), value)


def storable(text: str) -> str:
    """Return a text. Raises `ValueError` for what no PostgreSQL stores: NUL and half characters."""
    if "\0" in text:
        raise ValueError("NUL")
    text.encode()
    return text


def _text(kind: Any) -> Form:
    most, padded = kind.length or sys.maxsize, isinstance(kind, types.CHAR)

    def canonical(value: Any) -> Json:
        text = storable(_of(str, value))
        text = text.rstrip(" ") if padded else text  # PostgreSQL fills it up
        if len(text) > most:
            raise ValueError(f"longer than {most}")
        return text

    return Form(canonical)


def _whole(kind: Any) -> Form:
    most = 2 ** next(bits for known, bits in _BITS if isinstance(kind, known))

    def canonical(value: Any) -> Json:
        number = int(_of(int, value))
        if isinstance(value, bool) or not -most <= number < most:
            raise ValueError
        return number

    return Form(canonical, is_whole=True)


def _boolean(_kind: Any) -> Form:
    def sqlite(value: Any) -> Json:  # it has 1 and 0, and nothing else counts
        return {0: False, 1: True}[_of(int, value)]

    return Form(lambda value: _of(bool, value), read_sqlite=sqlite)


def _float(kind: Any) -> Form:
    single = isinstance(kind, types.REAL) or (kind.precision or _DOUBLE) < _DOUBLE

    def canonical(value: Any) -> Json:
        number = float(_number(value))
        if number - number != 0:  # infinite, or none at all
            raise ValueError
        return struct.unpack("f", struct.pack("f", number))[0] if single else number

    return Form(canonical, is_key=False)


def _exact(kind: Any) -> Form:
    precision = kind.precision
    scale = 0 if precision is not None and kind.scale is None else kind.scale

    def canonical(value: Any) -> Json:
        number = Decimal(value if isinstance(value, str) else str(_number(value)))
        if not number.is_finite():
            raise ValueError
        if scale is None:
            return format(number.normalize(_EXACT) + 0, "f")
        number = number.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
        if precision is not None and number.adjusted() >= precision - scale and number:
            raise ValueError
        return format(number or abs(number), "f")

    # SQLite makes a number of every text that is one.
    return Form(
        canonical,
        read_sqlite=lambda value: canonical(_number(value)),
        bind=Decimal,
        select="CAST({} AS text)",
    )


def _written(
    kind: Any, parse: Callable[[str], Any], write: Callable[[Any], str], **rest: Any
) -> Form:
    """Return the form of values that a text stands for."""
    # What asyncpg has made of the first and the last day there is.
    ends = {"-infinity": kind.min, "infinity": kind.max} if issubclass(kind, date) else {}

    def canonical(value: Any) -> Json:
        if kind is date and isinstance(value, datetime):
            raise TypeError
        return write(value if isinstance(value, kind) else parse(_of(str, value)))

    def read(value: Any) -> Json:
        return canonical(ends.get(value, value))

    return Form(canonical, **{"read": read, "read_sqlite": canonical, "bind": parse, **rest})


def _local(moment: Any) -> str:
    if moment.tzinfo is not None:
        raise ValueError
    return str(moment.isoformat())


def _in_utc(moment: datetime) -> str:
    if moment in {datetime.min, datetime.max}:  # noqa: DTZ901 - as asyncpg knows them
        moment = moment.replace(tzinfo=UTC)
    if moment.tzinfo is None:
        raise ValueError
    return moment.astimezone(UTC).isoformat()


def _hour(kind: Any) -> Form | None:
    return None if kind.timezone else _written(time, time.fromisoformat, _local)


def _moment(kind: Any) -> Form:
    parse = datetime.fromisoformat

    def sqlite(value: Any) -> Json:  # which stores no zone
        moment = parse(_of(str, value))
        return _in_utc(moment.replace(tzinfo=moment.tzinfo or UTC))

    zoned = {"read_sqlite": sqlite} if kind.timezone else {}
    return _written(datetime, parse, _in_utc if zoned else _local, **zoned)


def _interval(_kind: Any) -> Form:
    def canonical(value: Any) -> Json:
        span = value if isinstance(value, timedelta) else timedelta(seconds=_number(value))
        seconds = span.total_seconds()
        return int(seconds) if seconds.is_integer() else seconds

    def sqlite(value: Any) -> Json:
        return canonical(datetime.fromisoformat(_of(str, value)).replace(tzinfo=None) - _EPOCH)

    return Form(
        canonical,
        read_sqlite=sqlite,
        bind=lambda seconds: timedelta(seconds=seconds),
        select="EXTRACT(EPOCH FROM {})",
        is_key=False,
    )


def _enum(kind: Any) -> Form:
    members = kind.enum_class
    names = kind.enums
    if members is not None:  # a second name of a member counts where the type has it
        aliased = len(members.__members__) == len(kind.enums)
        names = [member.name for member in (members.__members__.values() if aliased else members)]
    stored = dict(zip(kind.enums, names, strict=True))

    def canonical(value: Any) -> Json:
        name = value.name if isinstance(value, Enum) else _of(str, value)
        if name not in names:
            raise ValueError
        return name

    return Form(
        canonical,
        lambda value: stored[_of(str, value)],
        bind=_same if members is None else lambda name: members[name],
    )


def _bytes(_kind: Any) -> Form:
    return _written(
        bytes,
        bytes.fromhex,
        bytes.hex,
        read_sqlite=lambda value: _of(bytes, value).hex(),
        select="encode({}, 'hex')",
        is_key=False,
    )


def _json(_kind: Any) -> Form:
    def canonical(value: Any) -> Json:
        if value is types.JSON.NULL:  # an integer to Python
            raise TypeError
        text = _encode(value)
        storable(text.replace("\\\\", "").replace("\\u0000", "\0"))
        return _decode(text)

    def read(value: Any) -> Json:
        if isinstance(value, bytes):
            raise TypeError
        return _decode(value) if isinstance(value, str) else canonical(value)

    return Form(canonical, read, select="CAST({} AS text)", is_key=False)


def _json_number(text: str) -> float:
    """Return a number as JSONB gives it back, which writes out all digits before the point."""
    return int(Decimal(text)) if "e+" in text else float(text)


_encode: Final = json.JSONEncoder(allow_nan=False, ensure_ascii=False).encode
_decode: Final = json.JSONDecoder(parse_float=_json_number).decode

# The first that fits: an enumeration is a kind of text, an interval a decorator to SQLAlchemy.
_FORMS: Final[tuple[tuple[Any, Callable[[Any], Form | None]], ...]] = (
    ((types.Interval, postgresql.INTERVAL), _interval),
    (types.Enum, _enum),
    (types.String, _text),
    (types.Boolean, _boolean),
    (types.Integer, _whole),
    (types.Float, _float),
    (types.Numeric, _exact),
    (types.Date, lambda _: _written(date, date.fromisoformat, str)),
    (types.Time, _hour),
    (types.DateTime, _moment),
    (types.Uuid, lambda kind: _written(UUID, UUID, str, bind=UUID if kind.as_uuid else _same)),
    (types.LargeBinary, _bytes),
    (types.JSON, _json),
)


@cache
def form_of(column: Column[Any]) -> Form:
    """Return the form of a column's values. Raises `SeedDeclarationError` for an unknown type."""
    kind = column.type
    make = next((make for kinds, make in _FORMS if isinstance(kind, kinds)), None)
    form = make(kind) if make else None
    if form is None:
        raise SeedDeclarationError(
            f"The column {column.table.name}.{column.name} has the type {kind!r}, whose values "
            "have no form that is equal on every database; seed another column."
        )
    return form


def bound(column: Column[Any], value: Json) -> Any:
    """Return what is written into a column for a canonical value."""
    return null() if value is None else form_of(column).bind(value)
