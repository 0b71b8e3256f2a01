"""Every screen in English: no Spanish is left on what members and admins read."""

import re
from collections.abc import AsyncIterator

import pytest
from babel.messages.pofile import read_po

from bot.gamification.bootstrap.manifest import load_manifest
from bot.telegram.i18n import LOCALES
from tests.integration.admin.panel import ADMIN, ANA, Panel
from tests.support.economy import LiveEconomy
from tests.support.seeded import SeededDatabases

#: As long as a piece of a text must be to be nobody's name and no number.
_TELLING = 6
_BETWEEN = re.compile(r"\{\w*\}|<[^>]*>|\n")
COMMANDS = (
    *("/start", "/help", "/daily", "/daily", "/profile", "/rewards", "/top", "/history"),
    *("/privacy", "/language"),
)


@pytest.fixture
def seeded_databases(seeded_sqlite: SeededDatabases) -> SeededDatabases:
    """Words have nothing to do with the database: one engine is enough."""
    return seeded_sqlite


@pytest.fixture
async def panel(live: LiveEconomy) -> AsyncIterator[Panel]:
    """Put an admin in front of the panel who has chosen English, as Ana has, who owns a badge."""
    panel = Panel(live.engine)
    await live.move(100, "unlocks it")
    await live.act()
    await live.claim(await live.reward_id("ahorrador_principiante"))
    await panel.say("/admin")
    await live.edit_by_sql(
        "UPDATE users SET locale = 'en'",
        "INSERT INTO chats (chat_id, title, type) VALUES (-100, 'Club', 'supergroup')",
    )
    yield panel
    await panel.bot.session.close()


@pytest.fixture(scope="module")
def spanish() -> re.Pattern[str]:
    """Find a piece of a Spanish text that no English text has."""
    with (LOCALES / "en.po").open("rb") as file:
        catalogue = [message for message in read_po(file, locale="en") if message.id]
    english = "\n".join(str(message.string) for message in catalogue)
    pieces = {
        piece.strip()
        for message in catalogue
        for text in ((message.id,) if isinstance(message.id, str) else message.id)
        for piece in _BETWEEN.split(text)
    }
    pieces |= load_manifest().texts["en"].keys()
    telling = [one for one in pieces if len(one) >= _TELLING and one not in english]
    return re.compile("|".join(map(re.escape, sorted(telling, key=len, reverse=True))))


def left_in(panel: Panel, spanish: re.Pattern[str]) -> list[str]:
    """Return what is Spanish of all that the bot has just answered."""
    texts = [panel.shown, panel.alert, *panel.buttons]
    texts += [str(getattr(one, "text", "")) for one in panel.answers]
    return [found[0] for text in texts for found in [spanish.search(text)] if found]


async def test_the_search_finds(panel: Panel, live: LiveEconomy, spanish: re.Pattern[str]) -> None:
    """Somebody who speaks Spanish reads it, or the other tests would prove nothing."""
    await live.edit_by_sql("UPDATE users SET locale = NULL")

    await panel.say("/help", who=ANA)

    assert [] != left_in(panel, spanish)


async def test_members(panel: Panel, spanish: re.Pattern[str]) -> None:
    """What each command answers, and what each button below it does."""
    left = {}
    for command in COMMANDS:
        await panel.say(command, who=ANA)
        left[command] = left_in(panel, spanish)
        # Its buttons choose another language.
        offered = {} if command == "/language" else dict(panel.buttons)
        for label, data in offered.items():
            await panel.press_data(data, ANA)
            left[f"{command} {label}"] = left_in(panel, spanish)

    assert {} == {name: found for name, found in left.items() if found}


async def test_admins(panel: Panel, spanish: re.Pattern[str]) -> None:
    """Each page of the panel, and each that one button leads on to."""
    await panel.say("/admin")
    left, sections = {}, dict(panel.buttons)
    for section, data in sections.items():
        await panel.press_data(data, ADMIN)
        left[section] = left_in(panel, spanish)
        for label, further in list(panel.buttons.items()):
            await panel.press_data(further, ADMIN)
            left[f"{section} {label}"] = left_in(panel, spanish)
            for last, beyond in list(panel.buttons.items()):
                await panel.press_data(beyond, ADMIN)
                left[f"{section} {label} {last}"] = left_in(panel, spanish)

    assert len(left) > len(sections) * 4
    assert {} == {name: found for name, found in left.items() if found}


async def test_an_edited_name(panel: Panel) -> None:
    """A seeded reward has its name in the admin's language, an edited one as it was written."""
    await panel.say("/admin")
    await panel.press("Rewards")
    await panel.press("First Steps")
    await panel.press("Name")
    edited = await panel.say("Primer beso")
    await panel.say("/admin")
    trail = await panel.press("Audit")

    assert "💋 Primer beso · active" in edited
    assert "edited the reward Primer beso\nname: First Steps → Primer beso" in trail
