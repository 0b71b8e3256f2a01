"""The safe downgrade: take the seed's settings and marker out, leave everybody's data alone."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.database import schema
from bot.database.errors import explained
from bot.database.transaction import exclusive_transaction
from bot.gamification.bootstrap.marker import delete_marker
from bot.gamification.bootstrap.snapshot import CONFIG_FIELDS
from bot.gamification.models import BotConfig


async def revert_seed(engine: AsyncEngine, *, lock_timeout: float) -> bool:
    """Set the economy's settings to NULL and remove the marker; whether there was a seed.

    Profiles and rewards stay. The bot then lives on the manifest's defaults, and its next start
    seeds again. Raises `DatabaseError`; the database is then exactly as it was.
    """
    with explained("The revert"):
        async with exclusive_transaction(engine, timeout=lock_timeout) as connection:
            revision = await schema.current_revision(connection)
            schema.refuse_unknown(revision)
            if revision is None:
                return False
            await connection.execute(update(BotConfig).values(dict.fromkeys(CONFIG_FIELDS)))
            reverted = await delete_marker(connection)
            await connection.commit()
    return reverted
