"""Checks of sections, children and backfills: each is refused with a sentence that says where."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Column, Computed, ForeignKey, Integer, MetaData, Table, Text

from bot.seeding import (
    Children,
    SeedDeclarationError,
    SeededTable,
)
from tests.unit.seeding.declared import (
    backfill,
    by_code,
    children,
    marks,
    needy,
    no_key,
    pairs,
    strict_marks,
    table,
    things,
    tokens,
    wide,
)

TABLES: dict[str, tuple[Callable[[], Any], str]] = {
    "no table": (lambda: table(model=dict), "things: <class 'dict'>"),
    "a table without a key": (lambda: table(model=no_key, fields=()), "no_key"),
    "no fields": (lambda: table(fields=None), "things: .*list"),
    "fields as a text": (lambda: table(fields="size"), "things: .*list.*'size'"),
    "an unknown field": (lambda: table(fields=("siez",)), "things.*'siez'"),
    "an unknown key": (lambda: table(key="cod"), "things.*'cod'"),
    "a key of nothing": (lambda: table(key=()), "things: .*key"),
    "an unknown initial column": (lambda: table(initial={"pass": str}), "things.*'pass'"),
    "an initial value of no function": (
        lambda: table(initial={"kind": "plain"}),
        "things.*initial 'kind'.*function",
    ),
    "a field named twice": (lambda: table(fields=("size", "size")), "things.*'size'.*twice"),
    "a key that is a field": (lambda: table(fields=("code",)), "things.*'code'.*twice"),
    "an initial value of a field": (lambda: table(initial={"size": int}), "things.*'size'.*twice"),
    "children called like a field": (
        lambda: SeededTable(
            "things",
            things,
            fields=("size",),
            key="code",
            children=Children("size", marks, parent="thing_id", columns=("name",)),
        ),
        "things.*'size'.*twice",
    ),
    "the one row's key as a field": (
        lambda: table(single=1, fields=("id",)),
        "things.*'id'.*twice",
    ),
    "a key that is not unique": (lambda: table(key="size", fields=()), "things.*size"),
    "half of a key": (lambda: table(key="left", fields=()), "things.*left"),
    "a key unique in part": (lambda: table(key="partly", fields=()), "things.*partly"),
    "a key unique in lower case": (lambda: table(key="kind", fields=()), "things.*kind"),
    "a key unique in the end": (lambda: table(key="late", fields=()), "things.*late"),
    "a key without regard to case": (lambda: table(key="loose", fields=()), "things.loose.*CITEXT"),
    "a key of a collation": (lambda: table(key="nocase", fields=()), "things.nocase.*collation"),
    "a column of another key": (lambda: table(fields=("otherwise",)), "things.named.*'otherwise'"),
    "a hundred columns": (
        lambda: table("wide", wide, fields=[f"c{n}" for n in range(99)]),
        "wide.*100",
    ),
    "neither key nor single": (lambda: table(key=None), "things.*`key` or `single`"),
    "both key and single": (lambda: table(key="code", single=1), "things.*`key` or `single`"),
    "a single row of two keys": (lambda: table(model=pairs, single=1, fields=()), "things"),
    "a single row with children": (lambda: table(single=1, children=children()), "things.*single"),
    "a single row of a wrong key": (lambda: table(single="one"), "things.id.*'one'"),
    "adoption by no field": (lambda: table(adopt_by="kind"), "things.*'kind'"),
    "a required column left out": (lambda: table("needy", needy, fields=()), "needy.must"),
    "a type of somebody": (lambda: table(fields=("shout",)), "things.shout.*Shouting"),
    "an array": (lambda: table(fields=("tags",)), "things.tags.*ARRAY"),
    "a time of a zone": (lambda: table(fields=("hour",)), "things.hour.*Time"),
    "a reference that is no field": (lambda: table(refs={"kind": "things"}), "things.*'kind'"),
    "a reference as the key": (lambda: table(refs={"code": "things"}), "things.*'code'"),
    "children of no table": (lambda: table(children=children(dict)), "marks.*dict"),
    "children of a text": (lambda: children(columns="name"), "marks.*list.*'name'"),
    "children of nothing": (lambda: children(columns=()), "marks.*columns"),
    "children of an unknown column": (lambda: children(columns=("nmae",)), "marks.*'nmae'"),
    "children of an unknown parent": (
        lambda: table(children=children(parent="thingid")),
        "marks.*'thingid'",
    ),
    "children without a foreign key": (
        lambda: table(children=children(parent="weight")),
        "marks.weight.*things",
    ),
    "children that name their parent": (
        lambda: table(children=children(columns=("thing_id", "name"))),
        "marks.*'thing_id'",
    ),
    "children that lack a column": (
        lambda: table(children=children(strict_marks)),
        "strict_marks.by",
    ),
    "children of an unknown reference": (
        lambda: children(refs={"other_id": "things"}),
        "marks.*'other_id'",
    ),
    "a backfill without a foreign key": (lambda: backfill(key="level"), "profiles.*level"),
    "a backfill of an unknown key": (lambda: backfill(key="thing"), "profiles.*'thing'"),
    "a backfill of two keys": (lambda: backfill(pairs, defaults={}), "profiles.*`key`"),
    "a backfill of an unknown column": (
        lambda: backfill(defaults={"level": 1, "nte": ""}),
        "profiles.*'nte'",
    ),
    "a backfill that lacks a column": (lambda: backfill(defaults={}), "profiles.level"),
    "a backfill of a wrong type": (lambda: backfill(defaults={"level": "x"}), "profiles.level.*x"),
    "a backfill without a value": (lambda: backfill(defaults={"level": None}), "profiles.level"),
    "a backfill of its own key": (
        lambda: backfill(defaults={"level": 1, "thing_id": 3}),
        "profiles.*'thing_id'",
    ),
    "a backfill of one token for all": (
        lambda: backfill(tokens, key="thing_id", defaults={}),
        "tokens.id",
    ),
    "a backfill for parents without a name": (
        lambda: backfill(by_code, key="late", defaults={}),
        "profiles: things.late.*NULL",
    ),
    "a backfill for no table": (lambda: backfill(parent=dict), "profiles.*dict"),
}


@pytest.mark.parametrize(("build", "sentence"), TABLES.values(), ids=TABLES)
def test_refused_with_the_place(build: Callable[[], Any], sentence: str) -> None:
    """The sentence has the section and column that cannot work."""
    with pytest.raises(SeedDeclarationError, match=f"(?s){sentence}"):
        build()


def test_made_by_the_database() -> None:
    """Columns that take no value, and children of a parent that may have no number, are refused."""
    made = Table(
        "made",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("code", Text, unique=True),
        Column("loud", Text, Computed("upper(code)")),
    )
    kid = Table(
        "kid",
        made.metadata,
        Column("made_code", ForeignKey(made.c.code)),
        Column("x", Text, primary_key=True),
    )

    with pytest.raises(SeedDeclarationError, match=r"made\.loud is made by the database"):
        SeededTable("made", made, key="code", fields=("loud",))
    children = Children("kids", kid, parent="made_code", columns=("x",))
    with pytest.raises(SeedDeclarationError, match=r"made\.code, which may be NULL"):
        SeededTable("made", made, key="id", fields=("code",), children=children)
