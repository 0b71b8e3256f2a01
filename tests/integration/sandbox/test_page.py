"""The chat page in a real browser: usable by keyboard, readable, and quiet while one types."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from sandbox import SandboxServer, Stage
from sandbox.fixtures import DISCUSSION, FORUM
from tests.support.waiting import until_async

playwright = pytest.importorskip("playwright.async_api", reason="Playwright is not installed")

from tests.support.browser import (  # noqa: E402 - needs what was just asked for
    axe_complaints,
    chromium,
    focused,
    installed_chromium,
)

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(installed_chromium() is None, reason="no Chromium is installed"),
]
COMMANDS = [
    {"command": "start", "description": "Begin"},
    {"command": "top", "description": "The best"},
]
BUTTON = {"inline_keyboard": [[{"text": "Press me", "callback_data": "x"}]]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    async with chromium(installed_chromium() or "") as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[SandboxServer]:
    async def forget() -> None:
        """No database has to be emptied."""

    async with SandboxServer(stage=Stage(forget=forget, forgotten="play.db")) as server:
        await call(server, "setMyCommands", commands=COMMANDS)
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Any, server: SandboxServer) -> AsyncIterator[Any]:
    context = await browser.new_context(viewport={"width": 1200, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(10_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    await context.close()
    assert [] == failures


async def call(server: SandboxServer, method: str, **parameters: object) -> dict[str, Any]:
    """Act as the bot."""
    url = f"{server.url}/bot{server.token}/{method}"
    async with aiohttp.ClientSession() as http, http.post(url, json=parameters) as response:
        answer: dict[str, Any] = await response.json()
        return answer["result"]  # type: ignore[no-any-return]


async def open_chat(page: Any, server: SandboxServer, member: int, chat: int) -> None:
    """Show a chat as a member sees it."""
    await page.goto(f"{server.url}/#{member}/{chat}")
    await page.reload()
    await page.locator("#members [aria-pressed=true]").wait_for(state="attached")


async def new_message(page: Any, server: SandboxServer, text: str) -> int:
    """Let Luis write in the group, wait until the page has drawn it, and return its id."""
    said = server.telegram.say(server.telegram.luis, server.telegram.group, text)
    await page.locator(".bubble", has_text=text).wait_for()
    return said.message_id


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        ("ana", "light", 1200),
        ("ana", "dark", 390),
        ("emma", "dark", 1200),
        ("nora", "light", 390),
    ],
)
async def test_axe_finds_nothing(
    page: Any, server: SandboxServer, name: str, scheme: str, width: int
) -> None:
    """Members of both languages can read and use the page, in light and dark, narrow and wide."""
    telegram = server.telegram
    member = next(one for one in telegram.members if one.first_name.lower() == name)
    group = telegram.group
    said = telegram.say(telegram.luis, group, "hola @ana, /top")
    telegram.react(telegram.ana, group, said.message_id, ["👍"])
    rich = '<b>a</b> <code>b</code> <a href="https://example.org/">c</a>'
    for style in ("success", "danger", "primary", None):
        button = {"text": "Press", "callback_data": "x", **({"style": style} if style else {})}
        markup = {"inline_keyboard": [[button]]}
        await call(
            *(server, "sendMessage"), chat_id=group.id, text=rich, parse_mode="HTML",
            reply_markup=markup, reply_parameters={"message_id": said.message_id},
        )  # fmt: skip
    await page.set_viewport_size({"width": width, "height": 1400})
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    await open_chat(page, server, member.id, group.id)
    complaints = await axe_complaints(page)
    await open_chat(page, server, member.id, member.id)
    # Nora has not started the bot, and so has no commands to choose from.
    await page.fill("#text", "" if name == "nora" else "/")
    complaints += await axe_complaints(page)

    assert [] == complaints
    assert ("en" if name == "emma" else "es") == await page.locator("html").get_attribute("lang")


async def test_focus_survives_what_happens(page: Any, server: SandboxServer) -> None:
    """Whatever is drawn anew meanwhile, the focus stays where it is."""
    telegram = server.telegram
    group = telegram.group
    await open_chat(page, server, telegram.ana.id, group.id)
    said = await new_message(page, server, "first")
    places = {
        "Luis": page.locator(".member", has_text="Luis"),
        "group": page.locator(".chat-item", has_text="Club de Besitos"),
        "react": page.locator(f"[data-id='{said}'] .react"),
    }
    kept = {}
    for name, place in places.items():
        await place.focus()
        before = await focused(page)
        telegram.react(telegram.luis, group, said, ["👍", "🔥"][: 1 + len(kept) % 2])
        await new_message(page, server, f"after {name}")
        same = before.split("first")[0] in await focused(page)
        kept[name] = same or "Club de Besitos" in await focused(page)

    assert dict.fromkeys(places, True) == kept


async def test_escape_goes_back(page: Any, server: SandboxServer) -> None:
    """Escape closes picker, dialog and drawer, and goes back to what opened them."""
    telegram = server.telegram
    await open_chat(page, server, telegram.ana.id, telegram.group.id)
    await new_message(page, server, "hola")
    await page.locator(".react").focus()
    await page.keyboard.press("Enter")
    opened = await focused(page)
    await page.keyboard.press("Escape")
    after_picker = await focused(page)
    await page.set_viewport_size({"width": 390, "height": 800})
    await page.click("#menu")
    in_drawer = await focused(page)
    await page.click(".member.add")
    await page.keyboard.press("Escape")
    after_dialog = await focused(page)
    await page.keyboard.press("Escape")

    assert ("👍", "Reaccionar", "AAna García") == (opened, after_picker, in_drawer)
    assert "+ Añadir" == after_dialog
    assert "Miembros y chats" == await focused(page)


async def test_arrows_walk(page: Any, server: SandboxServer) -> None:
    """Arrow keys walk along the members, who are one stop of the Tab key, and the reactions."""
    telegram = server.telegram
    await open_chat(page, server, telegram.luis.id, telegram.group.id)
    await new_message(page, server, "hola")
    await page.locator("#members [aria-pressed=true]").focus()
    walked = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "End", "ArrowRight"):
        await page.keyboard.press(key)
        walked.append((await focused(page))[1:])
    await page.locator(".react").focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        await page.keyboard.press(key)
    await page.locator(".reaction[aria-pressed=true]").wait_for()

    people = ["Emma Stone", "Luis", "Ana García", " Añadir", "Ana García"]
    assert people == walked
    assert "Reaccionar" == await focused(page)
    stops = page.locator("#members .member[tabindex='0']")
    assert ["Luis"] == [one[1:] for one in await stops.all_text_contents()]


async def test_slash_while_one_types(page: Any, server: SandboxServer) -> None:
    """The slash button shows the commands, and what was being typed is still there afterwards."""
    telegram = server.telegram
    await open_chat(page, server, telegram.ana.id, telegram.ana.id)
    await page.click("#text")
    await page.keyboard.type("hola a to")
    await page.click("#slash")
    await page.keyboard.press("ArrowDown")
    await page.wait_for_timeout(300)  # longer than anything that would close it
    await page.locator("[role=option]", has_text="/top").click()
    await page.locator(".bubble", has_text="/top").wait_for()
    await page.keyboard.type("dos")
    await page.keyboard.press("Enter")
    await page.locator(".bubble", has_text="hola a todos").wait_for()

    said = [one.text for one in telegram.messages(telegram.private(telegram.ana))]
    assert ["/top", "hola a todos"] == said


async def test_stage(page: Any, server: SandboxServer) -> None:
    """One moves the clock, takes the bot's rights, opens it as Nora, and begins anew."""
    telegram = server.telegram
    ana, group = telegram.ana, telegram.group
    nora = telegram.members[-1]
    await open_chat(page, server, ana.id, group.id)
    await page.click("#tomorrow")
    await page.locator("#ahead", has_text="+1 día").wait_for()
    await page.select_option("#bot-status", "member")

    async def demoted() -> bool:
        return telegram.chats[group.id].bot_status == "member"

    await until_async(demoted)
    await open_chat(page, server, nora.id, nora.id)
    await page.click(".empty button")
    await page.locator(".bubble", has_text="/start").wait_for()
    await page.click("#reset")
    named = await page.locator("#reset-target").text_content()
    await page.click("#reset-dialog .sure")
    await page.locator("#you", has_text="Ana").wait_for()

    assert "play.db" == named
    assert ("left", "administrator") == (
        telegram.chats[nora.id].bot_status,
        telegram.chats[group.id].bot_status,
    )
    assert "" == await page.locator("#ahead").text_content()


async def test_forum_and_linked_group(page: Any, server: SandboxServer) -> None:
    """One writes in a topic and reacts there, and finds the channel's post in the linked group."""
    telegram = server.telegram
    await open_chat(page, server, telegram.ana.id, FORUM.id)
    await page.locator(".topic", has_text="Juegos").click()
    await page.fill("#text", "jugamos")
    await page.keyboard.press("Enter")
    await page.locator(".bubble", has_text="jugamos").wait_for()
    said = telegram.messages(FORUM)[-1]
    await call(
        *(server, "sendMessage"), chat_id=FORUM.id, text="aquí", message_thread_id=2
    )  # fmt: skip
    await page.locator(".topic", has_text="Charla").locator(".unread").wait_for()
    complaints = await axe_complaints(page)
    await page.locator(".topic", has_text="Charla").click()
    await page.locator(".bubble", has_text="aquí").wait_for()
    await page.locator(".topic", has_text="General").click()
    await page.locator("#read-only", has_text="cerrado").wait_for()
    complaints += await axe_complaints(page)
    await page.locator(".chat-item", has_text="Besitos Noticias").click()
    await page.fill("#text", "novedades")
    await page.keyboard.press("Enter")
    await page.locator(".bubble", has_text="novedades").wait_for()
    await page.locator(".chat-item", has_text="comentarios").click()
    copy = page.locator(".message", has_text="novedades")
    await copy.locator(".badge", has_text="del canal").wait_for()
    await copy.locator(".react").click()
    await page.locator("#picker button").first.click()
    await copy.locator(".reaction[aria-pressed=true]").wait_for()

    assert (3, False, []) == (
        said.thread_id,
        await page.locator("#topics").is_visible(),
        complaints,
    )
    (copied,) = telegram.messages(DISCUSSION)
    assert telegram.ana.id in telegram.reactions(DISCUSSION, copied.message_id)
