"""Delivery of updates by HTTP POST."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import aiohttp

from sandbox.parameters import read_form
from sandbox.updates import Update, UpdateQueue

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 5.0
ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=60)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name

CarryOut = Callable[[str, Mapping[str, object]], Awaitable[object]]


def is_loopback_url(url: str) -> bool:
    """Return whether a webhook's URL stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}


class Webhook:
    """Posts updates in order, each until the bot answers 2xx, with growing pauses in between.

    A Bot API method in the answer's body is handed to `carry_out`.
    """

    def __init__(self, queue: UpdateQueue, carry_out: CarryOut) -> None:
        self.url = ""
        self.last_error = ""
        self.last_error_date = 0
        self._secret = ""
        self._queue = queue
        self._carry_out = carry_out
        self._delivery: asyncio.Task[None] | None = None

    async def set(self, url: str, secret: str) -> None:
        """Deliver to a URL from now on."""
        await self.remove()
        self.url, self._secret = url, secret
        self._delivery = asyncio.create_task(self._deliver(), name="sandbox-webhook")

    async def remove(self) -> None:
        """Stop delivery."""
        delivery, self._delivery = self._delivery, None
        self.url = self.last_error = ""
        if delivery is None or delivery is asyncio.current_task():
            return
        delivery.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await delivery

    async def _deliver(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        async with aiohttp.ClientSession(timeout=ANSWER_TIMEOUT) as session:
            while asyncio.current_task() is self._delivery:
                await self._queue.changes.wait_until(lambda: len(self._queue) > 0, None)
                (update,) = self._queue.first(1)
                if await self._post(session, update):
                    self._queue.confirm(update.id + 1)
                    pause = FIRST_PAUSE_SECONDS
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _post(self, session: aiohttp.ClientSession, update: Update) -> bool:
        headers = {SECRET_HEADER: self._secret} if self._secret else {}
        try:
            async with session.post(
                self.url, json=update.to_json(), headers=headers, allow_redirects=False
            ) as response:
                if not response.ok or response.status in range(300, 400):
                    self._fail(f"Wrong response from the webhook: {response.status}")
                    return False
                answer = await _method_in(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            self._fail(f"Connection failed: {type(error).__name__}")
            return False
        if answer:
            name = str(answer.pop("method"))
            await self._carry_out(name, answer)
        return True

    def _fail(self, reason: str) -> None:
        self.last_error, self.last_error_date = reason, int(time.time())


async def _method_in(response: aiohttp.ClientResponse) -> dict[str, object]:
    """Return the Bot API call in the answer's body, empty if there is none."""
    answer: object = {}
    # The update has arrived; a body that cannot be read is no reason to deliver it again.
    with contextlib.suppress(ValueError, LookupError, RecursionError):
        if response.content_type == "application/json":
            answer = await response.json()
        elif response.content_type == "multipart/form-data":
            answer = await read_form(aiohttp.MultipartReader.from_response(response))
    return answer if isinstance(answer, dict) and "method" in answer else {}
