"""Forgetting of a person: names and ids go, the ledger stays, and nothing is paid twice.

All rows of the person move to a negative number that nobody has at Telegram. What tells that they
are back is a digest of their id under a secret of this database's own: whoever has the database
can try an id, and so it is a pseudonym and no anonymity.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, literal, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.database.compiled import CompiledStatement
from bot.database.constructs import insert
from bot.gamification.member_export import UnknownMember
from bot.gamification.mentions import forget_mentions
from bot.gamification.models import (
    AccountRow,
    AdminActionRow,
    DatabaseSecretRow,
    ForgottenMemberRow,
    LedgerEntryRow,
    MemberNameRow,
    MessageRow,
    ReactionRow,
    RewardRow,
    StreakRow,
    UserRewardRow,
    UserRow,
)
from bot.gamification.types import BY_ADMINS, RewardType, UserRewardStatus

_SECRET: Final = "forgotten_members"  # noqa: S105 - its name
_SECRET_BYTES: Final = 32
#: Telegram's ids have 52 bits; ours are below zero, at random, so that no two are ever the same.
_IDS: Final = 2**52


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting did: rows that go on without a name, and rows that are gone, by kind.

    `before` says that there was nothing left to do.
    """

    kept: dict[str, int]
    deleted: dict[str, int]
    before: bool = False


async def forget_member(connection: AsyncConnection, user_id: int, now: datetime) -> Forgotten:
    """Forget a person in the connection's transaction. Raises `UnknownMember`.

    A second time finds nothing, and says so. The member's own updates wait meanwhile.
    """
    await connection.execute(
        select(AccountRow.user_id).where(AccountRow.user_id == user_id).with_for_update()
    )
    digest = _digest(await _secret(connection), user_id)
    known = (
        await connection.execute(
            select(ForgottenMemberRow.ledger_id).where(ForgottenMemberRow.digest == digest)
        )
    ).scalar()
    stand_in = -1 - secrets.randbelow(_IDS)
    ledger_id = stand_in if known is None else known
    kept = {}
    if await connection.scalar(select(UserRow.user_id).where(UserRow.user_id == user_id)):
        kept = {"member": 1}
        kept |= await _move(connection, user_id, stand_in, ledger_id, now)
        await _remember(connection, digest, stand_in, ledger_id)
    acted, deleted = await forget_mentions(connection, user_id, stand_in)
    if acted:
        kept["admin_actions"] = acted
    if not any([*kept.values(), *deleted.values()]):
        if known is None:
            raise UnknownMember(f"Nothing is stored about {user_id}; correct the id.")
        return Forgotten({}, {}, before=True)
    return Forgotten(kept, deleted)


async def recognise(connection: AsyncConnection, user_id: int) -> None:
    """Give somebody new what they were paid for once and for all, if they had been forgotten."""
    secrets_made = (await _READ_SECRET.execute(connection, {})).rows
    if not secrets_made:
        return
    secret = secrets_made[0].secret
    found = (
        await connection.execute(
            select(ForgottenMemberRow.user_id, ForgottenMemberRow.ledger_id).where(
                ForgottenMemberRow.digest == _digest(secret, user_id)
            )
        )
    ).first()
    if found is None:
        return
    values = {"user_id": user_id}
    known = update(UserRow).where(UserRow.user_id == user_id)
    await connection.execute(known.values(ledger_id=found.ledger_id))
    await connection.execute(
        update(ReactionRow).where(ReactionRow.user_id == found.user_id).values(values)
    )
    # Their own messages pay them as little as before.
    written = update(MessageRow).where(MessageRow.author_id == found.user_id)
    await connection.execute(written.values(author_id=user_id))
    once = select(RewardRow.id).where(
        RewardRow.reward_type == RewardType.BESITOS, RewardRow.is_repeatable.is_(False)
    )
    await connection.execute(
        update(UserRewardRow)
        .where(
            UserRewardRow.user_id == found.user_id,
            UserRewardRow.status == UserRewardStatus.CLAIMED,
            UserRewardRow.reward_id.in_(once),
        )
        .values(values)
    )


async def _move(
    connection: AsyncConnection, user_id: int, stand_in: int, ledger_id: int, now: datetime
) -> dict[str, int]:
    """Move the rows to `stand_in`, who has no name; return how many by kind."""
    await connection.execute(plain_insert(UserRow).values(user_id=stand_in, first_name=""))
    columns = [column for column in AccountRow.__table__.c if column.name != "user_id"]
    copied = [literal(now, one.type) if one.name == "left_at" else one for one in columns]
    await connection.execute(
        plain_insert(AccountRow).from_select(
            ["user_id", *(one.name for one in columns)],
            select(literal(stand_in, AccountRow.user_id.type), *copied).where(
                AccountRow.user_id == user_id
            ),
            include_defaults=False,
        )
    )
    ledger = LedgerEntryRow
    mine = ledger.user_id == user_id
    await connection.execute(
        update(ledger).where(mine, ledger.type.in_(BY_ADMINS)).values(reason=None)
    )
    as_ours: dict[str, Any] = {
        "user_id": stand_in,
        "reference": func.replace(ledger.reference, f":{user_id}:", f":{ledger_id}:"),
    }
    moved = {"ledger": (await connection.execute(update(ledger).where(mine).values(as_ours)))}
    for name, table in (
        ("rewards", UserRewardRow),
        ("streaks", StreakRow),
        ("reactions", ReactionRow),
    ):
        theirs = update(table).where(table.user_id == user_id)
        moved[name] = await connection.execute(theirs.values(user_id=stand_in))
    written = update(MessageRow).where(MessageRow.author_id == user_id)
    await connection.execute(written.values(author_id=stand_in))
    await _forget_as_admin(connection, user_id, stand_in)
    await connection.execute(delete(MemberNameRow).where(MemberNameRow.user_id == user_id))
    await connection.execute(delete(AccountRow).where(AccountRow.user_id == user_id))
    await connection.execute(delete(UserRow).where(UserRow.user_id == user_id))
    return {name: result.rowcount for name, result in moved.items()}


async def _forget_as_admin(connection: AsyncConnection, user_id: int, stand_in: int) -> None:
    """Take their id out of the references of what they have given to others, or taken."""
    acted = select(AdminActionRow.id).where(AdminActionRow.admin_id == user_id).limit(1)
    if await connection.scalar(acted) is None:
        return
    reference = LedgerEntryRow.reference
    swapped = func.replace(reference, f":{user_id}:", f":{stand_in}:")
    theirs = or_(*(reference.like(f"{kind}:{user_id}:%") for kind in ("admin", "undo")))
    await connection.execute(update(LedgerEntryRow).where(theirs).values(reference=swapped))


async def _remember(connection: AsyncConnection, digest: str, user_id: int, ledger_id: int) -> None:
    statement = insert(connection.dialect.name, ForgottenMemberRow)
    await connection.execute(
        statement.values(digest=digest, user_id=user_id, ledger_id=ledger_id).on_conflict_do_update(
            index_elements=[ForgottenMemberRow.digest], set_={"user_id": user_id}
        )
    )


async def _secret(connection: AsyncConnection) -> str:
    """Return the database's secret, which is made the first time."""
    new = insert(connection.dialect.name, DatabaseSecretRow)
    made = new.values(name=_SECRET, secret=secrets.token_hex(_SECRET_BYTES))
    await connection.execute(made.on_conflict_do_nothing())
    return str((await _READ_SECRET.execute(connection, {})).rows[0].secret)


def _digest(secret: str, user_id: int) -> str:
    return hmac.digest(bytes.fromhex(secret), str(user_id).encode(), hashlib.sha256).hex()


_READ_SECRET = CompiledStatement(
    lambda _: select(DatabaseSecretRow.secret).where(DatabaseSecretRow.name == _SECRET)
)
