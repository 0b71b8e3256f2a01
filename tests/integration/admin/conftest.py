from collections.abc import AsyncIterator

import pytest

from tests.integration.admin.panel import Panel
from tests.support.economy import LiveEconomy
from tests.support.economy_fixtures import (
    live,
    seeded_databases,
    seeded_postgresql,
)

__all__ = ["live", "seeded_databases", "seeded_postgresql"]


@pytest.fixture
async def panel(live: LiveEconomy) -> AsyncIterator[Panel]:
    """Put an admin in front of the panel of `live`'s bot."""
    panel = Panel(live.engine)
    await panel.say("/admin")
    yield panel
    await panel.bot.session.close()
