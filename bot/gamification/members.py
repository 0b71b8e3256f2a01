"""Know every member who appears: a user row and a profile, made once, whoever comes first."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.upsert import insert
from bot.gamification.models import User, UserGamificationProfile

Insert = sqlite.Insert | postgresql.Insert


@dataclass(frozen=True, slots=True)
class Member:
    """A person as Telegram shows them in an update."""

    user_id: int
    username: str | None
    first_name: str
    language_code: str | None


async def register_member(connection: AsyncConnection, member: Member) -> None:
    """Make sure that `member` has a user row that is current, and a profile.

    A known member costs one SELECT; a new or renamed one is written race-safely, since another
    replica may be registering them at the same moment.
    """
    known = (await connection.execute(_KNOWN.where(User.user_id == member.user_id))).one_or_none()
    if known is not None and Member(*known) == member:
        return
    user, profile = _upsert_user(connection, member), _insert_profile(connection, member)
    if connection.dialect.name == "postgresql":
        await connection.execute(profile.add_cte(user.cte("registered")))
    else:  # SQLite knows no INSERT inside a WITH, but has no network in between either
        await connection.execute(user)
        await connection.execute(profile)


# The join makes a member without a profile unknown, so that the profile is made again.
_KNOWN = select(User.user_id, User.username, User.first_name, User.language_code).join(
    UserGamificationProfile, UserGamificationProfile.user_id == User.user_id
)


def _upsert_user(connection: AsyncConnection, member: Member) -> Insert:
    facts = {
        "username": member.username,
        "first_name": member.first_name,
        "language_code": member.language_code,
    }
    statement = insert(connection, User).values(user_id=member.user_id, **facts)
    return statement.on_conflict_do_update(
        index_elements=[User.user_id],
        set_=facts,
        where=or_(*(getattr(User, name).is_distinct_from(value) for name, value in facts.items())),
    )


def _insert_profile(connection: AsyncConnection, member: Member) -> Insert:
    statement = insert(connection, UserGamificationProfile).values(user_id=member.user_id)
    return statement.on_conflict_do_nothing()
