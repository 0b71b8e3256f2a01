"""The model beside the bot: what must be in the ledger in the end, and nothing else."""

from collections import Counter
from dataclasses import dataclass, field

from tests.torture.databases import Database

_DIFFERING = """
SELECT p.user_id FROM user_gamification_profiles p
WHERE p.balance <> (
    SELECT coalesce(sum(t.amount), 0) FROM transactions t WHERE t.user_id = p.user_id
)
"""


@dataclass
class Model:
    """What members did, and what admins have set since."""

    reactions: set[str] = field(default_factory=set)
    gifts: set[int] = field(default_factory=set)
    settings: dict[str, int] = field(default_factory=dict)

    def react(self, user: int, chat: int, message: int) -> None:
        """Expect one payment."""
        self.reactions.add(f"reaction:{user}:{chat}:{message}")

    def take_gift(self, user: int) -> None:
        """Expect a gift on this day."""
        self.gifts.add(user)

    async def faults(self, database: Database) -> list[str]:
        """Return a sentence for each thing that was lost, doubled or overwritten."""
        lines = Counter(
            reference for (reference,) in await database.query("SELECT reference FROM transactions")
        )
        paid = {line for line in lines if line.startswith("reaction:")}
        gifts = {int(line.split(":")[1]) for line in lines if line.startswith("gift:")}
        found = [f"lost: {one}" for one in sorted(self.reactions - paid)]
        found += [f"never asked for: {one}" for one in sorted(paid - self.reactions)]
        found += [f"doubled: {one}" for one, times in lines.items() if times > 1]
        found += [f"lost: gift of {one}" for one in sorted(self.gifts - gifts)]
        found += [f"never asked for: gift of {one}" for one in sorted(gifts - self.gifts)]
        found += [f"balance of {one} differs" for (one,) in await database.query(_DIFFERING)]
        for name, value in self.settings.items():
            ((stored,),) = await database.query(f"SELECT {name} FROM bot_config")
            if stored != value:
                found.append(f"overwritten: {name} is {stored}, not {value}")
        return found
