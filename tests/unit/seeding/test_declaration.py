"""Checks of a whole seed: whatever cannot work is refused with a sentence that says where."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.seeding import Seed, SeedDeclarationError
from tests.unit.seeding.declared import children, links, needy, row, seed, table, things, with_marks

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
