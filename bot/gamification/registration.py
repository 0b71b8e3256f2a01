"""Know every member who appears: a user row and a profile, made once, whoever comes first."""

from datetime import date

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.upsert import Insert, insert
from bot.errors import BesitosError
from bot.gamification.account import Account, User, load_account
from bot.gamification.models import AccountRow, UserRow


class UserVanished(BesitosError):
    """A member was deleted while their update was at work."""


async def get_or_create_account(connection: AsyncConnection, member: User, today: date) -> Account:
    """Return the account of `member`, who is registered first if they are new or renamed.

    A known member costs one SELECT. A new one is written race-safely, since another replica may
    be registering them at the same moment.
    """
    known = await load_account(connection, member.user_id, today)
    if known is not None and known[0] == member:
        return known[1]
    await register_user(connection, member)
    registered = await load_account(connection, member.user_id, today)
    if registered is None:
        raise UserVanished(f"Member {member.user_id} was deleted meanwhile; try again.")
    return registered[1]


async def register_user(connection: AsyncConnection, member: User) -> None:
    """Write the user row and, unless it is there, the profile: on PostgreSQL in one round trip."""
    user, profile = _upsert_user(connection, member), _insert_profile(connection, member)
    if connection.dialect.name == "postgresql":
        await connection.execute(profile.add_cte(user.cte("registered")))
    else:  # SQLite knows no INSERT inside a WITH, but has no network in between either
        await connection.execute(user)
        await connection.execute(profile)


def _upsert_user(connection: AsyncConnection, member: User) -> Insert:
    facts = {
        "username": member.username,
        "first_name": member.first_name,
        "language_code": member.language_code,
    }
    statement = insert(connection.dialect.name, UserRow).values(user_id=member.user_id, **facts)
    return statement.on_conflict_do_update(
        index_elements=[UserRow.user_id],
        set_=facts,
        where=or_(
            *(getattr(UserRow, name).is_distinct_from(value) for name, value in facts.items())
        ),
    )


def _insert_profile(connection: AsyncConnection, member: User) -> Insert:
    statement = insert(connection.dialect.name, AccountRow).values(user_id=member.user_id)
    return statement.on_conflict_do_nothing()
