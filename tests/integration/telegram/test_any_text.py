"""Names and words that look like markup: every answer can be read, and shows them as they are."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.telegram.texts.formatting import shown_name, shown_title
from tests.integration.admin.panel import Panel
from tests.support.dispatching import Dispatching
from tests.support.economy import ANA, LiveEconomy
from tests.support.markup import read, visible
from tests.support.seeded import SeededDatabases
from tests.support.updates import command, press, reaction, showing, user

_TAGS = ("b", "/b", "i", "a href='tg://user?id=1'", "pre", "code", "tg-spoiler", "script", "br/")
HOSTILE = [
    *(f"<{tag}>" for tag in _TAGS),
    *(f"<{tag}" for tag in _TAGS),
    *(f"x</b></i><{tag}>y" for tag in _TAGS),
    *(f"&lt;{tag}&gt;" for tag in _TAGS),
    *("&", "&&", "&amp;", "&amp;amp;", "&lt", "&#60;b&#62;", "&#x3c;b>", "&nbsp;", "&#0;", "&;"),
    *("<", ">", "<<", "<>", "</>", "< b>", "<!-- x", "<!--x-->", "<![CDATA[x]]>", "<?x?>"),
    *('"', "'", '">x', "'>x", '" onload="x', "`b`", "*b*", "_b_", "[x](tg://user?id=1)"),
    *("{name}", "{0}", "{", "}", "{{", "%s", "%(name)s", "%", "\\", "\\n", "$x", "#", "@x", "/top"),
]
#: Some at a time, since each costs a dozen updates; a member's name has 64 characters at most.
NAMES = [" ".join(HOSTILE[at : at + 3]) for at in range(0, len(HOSTILE), 3)]
WORDS = [" ".join(HOSTILE[at : at + 8]) for at in range(0, len(HOSTILE), 8)]
COMMANDS = ("/start", "/profile", "/rewards", "/top", "/history", "/help")


@pytest.fixture
def seeded_databases(seeded_sqlite: SeededDatabases) -> SeededDatabases:
    """Markup has nothing to do with the database: one engine is enough."""
    return seeded_sqlite


@pytest.fixture
async def panel(live: LiveEconomy) -> AsyncIterator[Panel]:
    """Put an admin in front of the panel, with a member who has claimed a badge."""
    panel = Panel(live.engine)
    await live.move(100, "unlocks it")
    await live.act()
    await live.claim(await live.reward_id("ahorrador_principiante"))
    yield panel
    await panel.bot.session.close()


async def everything_read(telegram: Dispatching, member: dict[str, Any]) -> str:
    """Return all that a member reads, as they see it."""
    updates = [
        press("gift", member, showing("gift")),
        *(command(text, member) for text in COMMANDS),
    ]
    return "\n".join([read(text)[0] for one in updates for text in await telegram.texts(one)])


async def test_name_of_a_member(telegram: Dispatching) -> None:
    """A member may be called anything: announcement, greeting, profile and ranking show it."""
    for number, name in enumerate(NAMES):
        member = user(ANA + number, first_name=name)
        (announced,) = await telegram.texts(reaction(number, member))
        shown = visible(await everything_read(telegram, member))

        seen = visible(shown_name(name))
        assert seen in visible(read(announced)[0])
        assert 3 <= sum(seen in line for line in shown.splitlines()), name


async def test_words_of_an_admin(panel: Panel) -> None:
    """So may rewards, badges and reasons, wherever admins and members read them."""
    for words in WORDS:
        for button, typed in (
            ("Nombre", words),
            ("Descripción", words),
            ("Insignia", f"🏅 {words}"),
        ):
            await panel.say("/admin")
            await panel.press("Recompensas")
            await panel.press("🎖")
            await panel.press(button)
            shown = words if button == "Descripción" else shown_title(words)
            assert shown in visible(await panel.say(typed))
        await give(panel, words)
        for page in ("/profile", "/rewards", "/history"):
            shown = words if page == "/history" else shown_title(words)
            assert shown in visible(await panel.say(page, who=ANA)), page


async def give(panel: Panel, reason: str) -> None:
    """Grant a besito for a reason, which the admin and the member read."""
    await panel.say("/admin")
    await panel.press("Miembros")
    await panel.say(str(ANA))
    await panel.press("Dar")
    await panel.say("1")
    assert reason in visible(await panel.say(reason))
    await panel.press("Confirmar")
    assert [True] == [reason in visible(text) for text in panel.sent_to(ANA)]
    await panel.say("/admin")
    assert reason in visible(await panel.press("Auditoría"))
