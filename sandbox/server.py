"""The sandbox as a whole: a Bot API server and a chat page on 127.0.0.1."""

import asyncio
import errno
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.bot_api import BotApi
from sandbox.calls import CallLog
from sandbox.command_menu import CommandMenu
from sandbox.control.api import ControlApi, explain_errors
from sandbox.control.security import add_security_headers, refuse_foreign_pages
from sandbox.control.stage_api import StageApi
from sandbox.control.view import PageView
from sandbox.errors import SandboxError
from sandbox.faults import Faults
from sandbox.fixtures import BOT
from sandbox.methods import Backend
from sandbox.stage import Stage
from sandbox.telegram import Telegram
from sandbox.updates import LongPolling, UpdateQueue
from sandbox.webhook import Webhook

HOST = "127.0.0.1"
LARGEST_REQUEST = 12 * 1024 * 1024
CLOSE_SECONDS = 1.0


class SandboxServer:
    """A local Telegram; enter it to start, leave it to stop. One instance runs once.

    `telegram` is where members act, `calls` the log of the bot's calls, `faults` what shall go
    wrong. `port=0` takes a free one; `clock` gives the unix time that messages are dated with.
    With a `stage`, it is the stage's, and the page can move it.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Callable[[], float] = time.time,
        stage: Stage | None = None,
    ) -> None:
        clock = stage.clock if stage else clock
        # Random, so that no web page can know it and call a method with an <img> of that address.
        self.token = f"{BOT.id}:{secrets.token_urlsafe(24)}"
        self.queue = UpdateQueue(first_id=int(clock()))
        self.telegram = Telegram(self.queue, clock)
        self._stage = stage
        if stage:
            stage.resume(self.telegram)
        self._exits = AsyncExitStack()
        self.calls = CallLog()
        self.faults = Faults()
        self._asked_port = port
        self._closing = asyncio.Event()
        self._polling = LongPolling(self.queue, self.telegram.changes)
        self._webhook = Webhook(self.queue, self._call_from_webhook)
        menu = CommandMenu()
        backend = Backend(self.telegram, self.queue, self._polling, self._webhook, menu)
        self._bot_api = BotApi(self.token, backend, self.calls, self.faults)
        view = PageView(self.telegram, menu, self._polling, self._webhook, stage)
        self._control = ControlApi(self.telegram, view, self.calls, self.faults, self._closing)
        self._stage_api = StageApi(self.telegram, stage)
        # Paths hold the token, so nothing writes an access log. A bot that hangs up must not
        # leave its long poll behind, hence the cancellation.
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            auto_decompress=False,
            handler_cancellation=True,
            shutdown_timeout=CLOSE_SECONDS,
        )

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return int(self._runner.addresses[0][1])

    @property
    def url(self) -> str:
        """The chat page's address, and the base of the Bot API."""
        return f"http://{HOST}:{self.port}"

    async def __aenter__(self) -> Self:
        """Start listening; SandboxError when the port is taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._asked_port).start()
        except OSError as error:
            await self._runner.cleanup()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            raise SandboxError(
                f"The sandbox cannot listen on port {self._asked_port} of {HOST}: it is taken or "
                "not yours to use. Choose another port, or stop the program that uses it."
            ) from error
        if self._stage:
            await self._exits.enter_async_context(self._stage.saving(self.telegram))
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Answer what waits, then close every connection and task."""
        self._closing.set()
        self._polling.close()
        self.faults.close()
        self.telegram.changes.notify()
        await self._webhook.remove()
        await self._runner.cleanup()
        await self._exits.aclose()

    def _application(self) -> web.Application:
        application = web.Application(
            middlewares=[refuse_foreign_pages, explain_errors], client_max_size=LARGEST_REQUEST
        )
        application.on_response_prepare.append(add_security_headers)
        self._bot_api.add_routes(application.router)
        self._control.add_routes(application.router)
        self._stage_api.add_routes(application.router)
        return application

    async def _call_from_webhook(self, name: str, parameters: Mapping[str, object]) -> None:
        await self._bot_api.call_from_webhook(name, parameters)
