"""A headless Chromium, where one is installed, and what axe finds on a page in it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_WANTED = {"resultTypes": ["violations", "incomplete"]}


def installed_chromium() -> str | None:
    """Return where the machine has a Chromium, None without one."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """Start a browser and end it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            await browser.close()


async def axe_complaints(page: Page) -> list[str]:
    """Return what hinders people, and each contrast that axe cannot tell for what is behind it."""
    found = (await Axe().run(page, options=_WANTED)).response
    complaints = [_line(rule, node) for rule in found["violations"] for node in rule["nodes"]]
    unsure = [rule for rule in found["incomplete"] if rule["id"] == "color-contrast"]
    return complaints + [
        _line(rule, node)
        for rule in unsure
        for node in rule["nodes"]
        # Of a single letter, such as an avatar's, it never judges.
        if node["any"][0]["data"].get("messageKey") != "shortTextContent"
    ]


def _line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{rule['id']}: {' '.join(map(str, node['target']))}"


async def focused(page: Page) -> str:
    """Return what the focus is on: its label, its text, or its id."""
    return await page.evaluate(
        "() => { const it = document.activeElement;"
        " return it.getAttribute('aria-label') ?? (it.textContent.trim() || it.id); }"
    )
