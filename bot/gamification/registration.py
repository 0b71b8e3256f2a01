"""Registration of users: a user row and an account, made once, safe against races."""

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.constructs import Insert, insert
from bot.errors import BesitosError
from bot.gamification.account import Account, User, load_account
from bot.gamification.context import EconomyContext
from bot.gamification.models import AccountRow, UserRow


class UserVanished(BesitosError):
    """A member was deleted while their update was at work."""


async def get_or_create_account(economy: EconomyContext, user: User) -> Account:
    """Return the account of `user`, who is registered first if they are new or renamed.

    A known member costs one SELECT. A new one is written race-safely, since another replica may
    be registering them at the same moment.
    """
    known = await load_account(economy, user.user_id)
    if known is not None and known[0] == user:
        return known[1]
    await register_user(economy.connection, user)
    registered = await load_account(economy, user.user_id)
    if registered is None:
        raise UserVanished(f"Member {user.user_id} was deleted meanwhile; try again.")
    return registered[1]


async def register_user(connection: AsyncConnection, user: User) -> None:
    """Write the user row and, unless it is there, the account: on PostgreSQL in one round trip."""
    upsert, account = _upsert_user(connection, user), _insert_account(connection, user)
    if connection.dialect.name == "postgresql":
        await connection.execute(account.add_cte(upsert.cte("registered")))
    else:  # SQLite knows no INSERT inside a WITH, but has no network in between either
        await connection.execute(upsert)
        await connection.execute(account)


def _upsert_user(connection: AsyncConnection, user: User) -> Insert:
    facts = {
        "username": user.username,
        "first_name": user.first_name,
        "language_code": user.language_code,
    }
    statement = insert(connection.dialect.name, UserRow).values(user_id=user.user_id, **facts)
    return statement.on_conflict_do_update(
        index_elements=[UserRow.user_id],
        set_=facts,
        where=or_(
            *(getattr(UserRow, name).is_distinct_from(value) for name, value in facts.items())
        ),
    )


def _insert_account(connection: AsyncConnection, user: User) -> Insert:
    statement = insert(connection.dialect.name, AccountRow).values(user_id=user.user_id)
    return statement.on_conflict_do_nothing()
