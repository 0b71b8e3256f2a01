"""What the page may do besides being a member, at `/sandbox/api/…`."""

from dataclasses import dataclass

from aiohttp import web

from sandbox.control.bodies import read
from sandbox.control.schemas import Nothing, SetBotStatus
from sandbox.errors import SandboxError
from sandbox.stage import Stage
from sandbox.telegram import Telegram


@dataclass(frozen=True, slots=True)
class StageApi:
    """Changes what the bot may do, moves the clock, begins anew."""

    telegram: Telegram
    stage: Stage | None

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the API."""
        router.add_post("/sandbox/api/bot_status", self.set_bot_status)
        router.add_post("/sandbox/api/tomorrow", self.go_to_tomorrow)
        router.add_post("/sandbox/api/reset", self.begin_anew)

    async def set_bot_status(self, request: web.Request) -> web.Response:
        """POST bot_status: change what the bot is in a chat."""
        body = await read(request, SetBotStatus)
        chat_state = self.telegram.chats.get(body.chat)
        if chat_state is None:
            raise SandboxError(f"There is no chat {body.chat}.")
        if chat_state.bot_status != body.status:
            self.telegram.set_bot_status(chat_state.chat, body.status)
        return web.json_response({})

    async def go_to_tomorrow(self, request: web.Request) -> web.Response:
        """POST tomorrow: let it be the next day."""
        await read(request, Nothing)
        self._on_stage().go_to_tomorrow(self.telegram)
        return web.json_response({})

    async def begin_anew(self, request: web.Request) -> web.Response:
        """POST reset: forget everything, in the bot's database too."""
        await read(request, Nothing)
        await self._on_stage().begin_anew(self.telegram)
        return web.json_response({})

    def _on_stage(self) -> Stage:
        if self.stage is None:
            raise SandboxError("This needs the bot in the same process: start `main.py sandbox`.")
        return self.stage
