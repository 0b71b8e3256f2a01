"""Declarations that would let two rows pass for one."""

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from bot.seeding import Children, SeedDeclarationError

_metadata = MetaData()
role = Table("role", _metadata, Column("id", Integer, primary_key=True), Column("title", Text))
perk = Table(
    "perk",
    _metadata,
    Column("role_id", ForeignKey(role.c.id), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("amount", Integer),
)


def test_members_need_a_constraint() -> None:
    """Members that are merged one by one must be unique as a whole, or a new one would collide."""
    with pytest.raises(SeedDeclarationError, match="perk covers role_id, name, amount"):
        Children("perks", perk, parent="role_id", columns=["name", "amount"], each=True)
