"""Checks of a whole seed: whatever cannot work is refused with a sentence that says where."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
)
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.seeding import (
    Seed,
    SeedDeclarationError,
    SeededTable,
    Seeder,
)
from tests.support.seeds import Period
from tests.unit.seeding.declared import (
    children,
    links,
    needy,
    row,
    seed,
    table,
    things,
    with_marks,
)

SEEDS: dict[str, tuple[Callable[[], Any], str]] = {
    "no name": (lambda: Seed("", 1, {}), "name"),
    "a number as its name": (lambda: Seed(5, 1, {}), "5.*name"),  # type: ignore[arg-type]
    "a name of no character": (lambda: Seed("a\0b", 1, {}), "name"),
    "version 0": (lambda: seed({}, version=0), "catalogue.*version"),
    "a version of text": (lambda: seed({}, version="1"), "catalogue.*version"),
    "a version of truth": (lambda: seed({}, version=True), "catalogue.*version"),
    "values of no mapping": (lambda: seed(["things"], table()), "catalogue.*values"),
    "no values at all": (lambda: seed(None, table()), "catalogue.*values"),
    "one table for a list": (
        lambda: Seed("catalogue", 1, {"things": {}}, table()),  # type: ignore[arg-type]
        "catalogue.*list of SeededTable",
    ),
    "a table for a seeded one": (
        lambda: Seed("catalogue", 1, {}, [things]),  # type: ignore[list-item]
        "catalogue.*list of SeededTable",
    ),
    "children for a backfill": (
        lambda: Seed("catalogue", 1, {}, backfills=[children()]),  # type: ignore[list-item]
        "catalogue.*list of Backfill",
    ),
    "a section without a table": (lambda: seed({"thigns": {}}), "catalogue.*'thigns'"),
    "a table without a section": (lambda: seed({}, table()), "catalogue.*'things'"),
    "sections of two types": (lambda: seed({1: {}, "x": {}}), "catalogue"),
    "two sections of one name": (
        lambda: seed({"things": {}}, table(), table()),
        "catalogue.*'things'",
    ),
    "a section called version": (lambda: seed({"version": {}}, table("version")), "'version'"),
    "rows of no mapping": (lambda: seed({"things": ["one"]}, table()), "things.*\\['one'\\]"),
    "no rows": (lambda: seed({"things": None}, table()), "things.*None"),
    "a row of no mapping": (lambda: seed({"things": {"one": 5}}, table()), "things.*'one'.*5"),
    "an unknown value": (
        lambda: seed({"things": {"one": {"x": 1}}}, table()),
        "things.*'one'.*'x'",
    ),
    "unknown values of two types": (
        lambda: seed({"things": {"one": {"x": 1, 2: 3}}}, table()),
        "things.*'one'",
    ),
    "two rows of one name": (
        lambda: seed({"things": {1: {}, "1": {}}}, table()),
        "things.*'1'",
    ),
    "two rows of one key": (
        lambda: seed(
            {"things": {name: {"left": "l", "right": "r"} for name in "ab"}},
            table(key=("left", "right"), fields=()),
        ),
        "things.*'b'.*'a'.*key",
    ),
    "a row without its key": (
        lambda: seed({"things": {"a": {"left": "l"}}}, table(key=("left", "right"), fields=())),
        "things.*'a'.*'right'",
    ),
    "a name that is no key": (
        lambda: seed({"things": {"a": {}}}, table(key="id", fields=("code",))),
        "things.*'a'",
    ),
    "a name too long for its key": (
        lambda: seed({"things": {"x" * 21: {}}}, table()),
        f"things.*{'x' * 21}.*code",
    ),
    "a row of no character": (
        lambda: seed(
            {"things": {"a\0": {"left": "l", "right": "r"}}},
            table(key=("left", "right"), fields=()),
        ),
        "things.*a",
    ),
    "a required value left out": (
        lambda: seed({"needy": {"a": {}}}, table("needy", needy, fields=("must",))),
        "needy.*'a'.*'must'",
    ),
    "NULL where none may be": (lambda: row({"kind": None}), "things.*'one'.*'kind'"),
    "a reference to no section": (
        lambda: row({"parent_id": "two"}, refs={"parent_id": "thigns"}),
        "catalogue.*'thigns'",
    ),
    "a reference to a single row": (
        lambda: seed(
            {"things": {"one": {}}, "settings": {}},
            table(fields=("parent_id",), refs={"parent_id": "settings"}),
            table("settings", single=1),
        ),
        "catalogue.*'settings'",
    ),
    "a reference without a foreign key": (
        lambda: row({"size": "one"}, refs={"size": "things"}),
        "things.size.*things",
    ),
    "a reference to a missing row": (
        lambda: row({"parent_id": "two"}, refs={"parent_id": "things"}),
        "things.*'one'.*parent_id.*'two'",
    ),
    "a reference of a child to a missing row": (
        lambda: seed(
            {"things": {"one": {"marks": [["a", "two"]]}}},
            table(
                fields=(),
                children=children(columns=("name", "other_id"), refs={"other_id": "things"}),
            ),
        ),
        "things.*'one'.*marks.*'two'",
    ),
    "a circle of rows": (
        lambda: seed(
            {"things": {"a": {"parent_id": "b"}, "b": {"parent_id": "a"}}},
            table(fields=("parent_id",), refs={"parent_id": "things"}),
        ),
        "things.*circle.*a → b|b → a",
    ),
    "a circle of children": (
        lambda: seed(
            {"things": {"a": {"marks": ["b"]}, "b": {"marks": ["a"]}}},
            table(
                fields=(),
                children=children(links, columns=("other_id",), refs={"other_id": "things"}),
            ),
        ),
        "things.*circle.*a → b|b → a",
    ),
    "a circle of sections": (
        lambda: seed(
            {"things": {}, "others": {}},
            table(fields=("parent_id",), refs={"parent_id": "others"}),
            table("others", fields=("parent_id",), refs={"parent_id": "things"}),
        ),
        "catalogue.*circle.*others",
    ),
    "children of one text": (lambda: with_marks("red"), "things.*'one'.*marks.*'red'"),
    "children of a number": (lambda: with_marks(5), "things.*'one'.*marks.*5"),
    "children of a mapping": (lambda: with_marks({"red": 1}), "things.*'one'.*marks"),
    "children of a wrong type": (lambda: with_marks(["red", 5]), "things.*'one'.*marks"),
    "children of NULL": (lambda: with_marks([None]), "things.*'one'.*marks"),
    "the same child twice": (lambda: with_marks(["red", "red"]), "things.*'one'.*marks.*red"),
    "a child of too few columns": (
        lambda: with_marks([["red"]], columns=("name", "weight")),
        "things.*'one'.*marks.*name, weight",
    ),
    "a child of a text of two": (
        lambda: with_marks(["ab"], columns=("name", "weight")),
        "things.*'one'.*marks.*name, weight",
    ),
    "a child of a number": (
        lambda: with_marks([5], columns=("name", "weight")),
        "things.*'one'.*marks",
    ),
    "names of no mapping": (
        lambda: seed({"things": {}}, table(), renamed={"things": ["a"]}),
        "things.*renamed",
    ),
    "renamed of no mapping": (lambda: seed({"things": {}}, table(), renamed=["a"]), "renamed"),
    "an unknown section renamed": (
        lambda: seed({"things": {}}, table(), renamed={"thigns": {}}),
        "catalogue.*'thigns'",
    ),
    "a new name that is not there": (
        lambda: seed({"things": {}}, table(), renamed={"things": {"a": "b"}}),
        "things.*'a'.*'b'",
    ),
    "an old name that still is there": (
        lambda: seed({"things": {"a": {}, "b": {}}}, table(), renamed={"things": {"a": "b"}}),
        "things.*'a'.*'b'",
    ),
    "an old name that is no key": (
        lambda: seed(
            {"things": {"1": {"code": "c"}}},
            table(key="id", fields=("code",)),
            renamed={"things": {"a": "1"}},
        ),
        "things.*'a'",
    ),
    "a field of a single row renamed": (
        lambda: seed({"things": {"size": 1}}, table(single=1), renamed={"things": {"x": "size"}}),
        "things.*'x'",
    ),
}


@pytest.mark.parametrize(("build", "sentence"), SEEDS.values(), ids=SEEDS)
def test_refused_with_the_place(build: Callable[[], Any], sentence: str) -> None:
    """The sentence has the section, column or row that cannot work."""
    with pytest.raises(SeedDeclarationError, match=f"(?s){sentence}"):
        build()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("code", 5),
        ("code", "x" * 21),
        ("kind", "a\0b"),
        ("kind", "\ud800"),
        ("size", "5"),
        ("size", 2.5),
        ("size", True),
        ("size", 2**31),
        ("price", "a lot"),
        ("price", True),
        ("price", 1000),
        ("price", float("nan")),
        ("is_big", 1),
        ("is_big", "true"),
        ("since", "2026-01-01T12:00:00"),
        ("since", "yesterday"),
        ("since", date(2026, 1, 1)),
        ("day", "2026-13-01"),
        ("day", 20260101),
        ("span", "a week"),
        ("span", True),
        ("span", 1e20),
        ("token", "no-uuid"),
        ("token", 5),
        ("data", {"a": {1, 2}}),
        ("data", float("inf")),
        ("data", {"a": "\0"}),
        ("data", ["\ud800"]),
        ("blob", "not hexadecimal"),
        ("blob", 5),
    ],
)
def test_value_that_its_column_cannot_hold(column: str, value: Any) -> None:
    """Section, row, column and value are in the sentence."""
    with pytest.raises(SeedDeclarationError) as refused:
        seed({"things": {"1": {column: value}}}, table(key="id", fields=(column,)))

    for word in ("things", "'1'", column, repr(value)):
        assert word in str(refused.value)


def test_two_seeds_of_one_name() -> None:
    """They would share a marker."""
    engine = create_async_engine("sqlite+aiosqlite://")
    seeds = [seed({"things": {}}, table()), seed({"things": {}}, table())]

    with pytest.raises(SeedDeclarationError, match="'catalogue'"):
        Seeder(engine, seeds)


def test_seeder_without_a_seed() -> None:
    """There would be nothing to do."""
    with pytest.raises(SeedDeclarationError, match="seed"):
        Seeder(create_async_engine("sqlite+aiosqlite://"), [])


def test_engine_that_is_not_asynchronous() -> None:
    """It is refused before anything is read."""
    one = seed({"things": {}}, table())

    with pytest.raises(SeedDeclarationError, match="AsyncEngine"):
        Seeder(create_engine("sqlite://"), [one])  # type: ignore[arg-type]


def test_one_seed_instead_of_a_list() -> None:
    """The sentence says that a list is wanted."""
    one = seed({"things": {}}, table())

    with pytest.raises(SeedDeclarationError, match="list"):
        Seeder(create_async_engine("sqlite+aiosqlite://"), one)  # type: ignore[arg-type]


class Base(DeclarativeBase):
    """Mapped classes."""


class Thing(Base):
    """A mapped class over a table of the same shape."""

    __tablename__ = "mapped"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    size: Mapped[int | None]


@pytest.mark.parametrize("model", [things, Thing])
@pytest.mark.parametrize("fields", [("size",), ["size"], ()])
def test_tables_and_mapped_classes(model: Any, fields: Any) -> None:
    """Both are fine, and a row with a key may have no fields at all."""
    made = seed(
        {"things": {"one": {"size": 1} if fields else {}}}, table(model=model, fields=fields)
    )

    assert {"things": {"one": {"size": 1} if fields else {}}} == made.canonical


@pytest.mark.parametrize(
    ("key", "fields"),
    [("code", {}), ("id", {"code": "x"}), (("right", "left"), {"left": "l", "right": "r"})],
)
def test_whatever_is_unique_can_be_a_key(key: Any, fields: dict[str, str]) -> None:
    """A unique column, the primary key, and a constraint of two columns in any order."""
    made = seed({"things": {"1": fields}}, table(key=key, fields=tuple({"code"} & set(fields))))

    assert {"1": fields} == made.canonical["things"]


def test_order_and_spelling_do_not_change_the_fingerprint() -> None:
    """The same values in other words are the same seed; another version is another."""
    fields = ("price", "token", "data", "kind")
    token = "0f5ab8d6-1f1c-4e5a-8a0e-6c1d6f0c0f00"
    one = {"a": {"price": "1.5", "token": token.upper(), "data": {"x": 1, "y": 2}, "kind": "k"}}
    two = {"a": {"kind": "k", "data": {"y": 2, "x": 1}, "token": token, "price": 1.50}}

    def fingerprint(values: Any, version: int = 1) -> str:
        return seed({"things": values}, table(fields=fields), version=version).fingerprint

    assert fingerprint(one) == fingerprint(two)
    assert fingerprint(one) != fingerprint(one, 2)


def test_name_of_an_enumeration_counts_and_not_its_value() -> None:
    """Members go by name, in the manifest as in code."""
    from sqlalchemy import Enum  # noqa: PLC0415 - the name is taken

    of = Table("e", MetaData(), Column("id", Text, primary_key=True), Column("p", Enum(Period)))

    made = [
        seed({"e": {"a": {"p": value}}}, SeededTable("e", of, key="id", fields=("p",)))
        for value in (Period.YEARLY, "YEARLY")
    ]

    assert [{"e": {"a": {"p": "YEARLY"}}}] * 2 == [one.canonical for one in made]
    with pytest.raises(SeedDeclarationError, match=r"e\.p.*'y'"):
        seed({"e": {"a": {"p": "y"}}}, SeededTable("e", of, key="id", fields=("p",)))
