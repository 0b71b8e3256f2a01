"""Values of a declaration: which a column can hold, and their one canonical form."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, String, Table, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.seeding import Backfill, SeedDeclarationError, SeededTable
from tests.support.seeds import Period
from tests.unit.seeding.declared import seed, table, things, with_marks


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


def test_members_that_a_constraint_takes_once() -> None:
    """The database would drop the second one without a word."""
    with pytest.raises(SeedDeclarationError, match=r"'name': 'seats'\} is there twice"):
        with_marks([["seats", 3], ["seats", 5]], columns=("name", "weight"))


def test_key_that_others_refer_to() -> None:
    """A row whose key is renamed would leave them behind; an id stays what it is."""
    of = MetaData()
    plans = Table("plans", of, Column("code", Text, primary_key=True), Column("title", Text))
    wallets = Table("wallets", of, Column("plan", ForeignKey(plans.c.code), primary_key=True))
    options: dict[str, Any] = {"renamed": {"plans": {"basic": "start"}}}
    values, table = {"plans": {"start": {}}}, SeededTable("plans", plans, key="code", fields=())

    assert seed(values, table, **options)
    with pytest.raises(SeedDeclarationError, match="others refer to code, so a row cannot get"):
        seed(
            values, table, backfills=[Backfill("w", wallets, parent=plans, defaults={})], **options
        )


def test_section_with_a_dot() -> None:
    """Names that are taken back have one between section, row and field."""
    with pytest.raises(SeedDeclarationError, match="has no dots"):
        seed({"shop.things": {}}, table("shop.things"))


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
