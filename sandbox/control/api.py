"""The chat page's files and its JSON API at `/sandbox/api/…`, for other processes too."""

import asyncio
import errno
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.calls import CallLog
from sandbox.control.bodies import number, read, text_of
from sandbox.control.schemas import (
    AddMember,
    ClearFaults,
    InjectFault,
    Press,
    React,
    Say,
)
from sandbox.control.security import Handler
from sandbox.control.view import PageView
from sandbox.errors import SandboxError
from sandbox.faults import Faults
from sandbox.serializers import message_json, user_json
from sandbox.telegram import Telegram
from sandbox.values import GENERAL_ID, Chat, User

PAGE = Path(__file__).parent.parent / "page"
# Short enough that the page notices when the bot stops polling.
VIEW_WAIT_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class ControlApi:
    """Serves the page, shows it the chats and carries out what members do there."""

    telegram: Telegram
    view: PageView
    calls: CallLog
    faults: Faults
    closing: asyncio.Event

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the page and its API."""
        router.add_get("/", self.show_page)
        router.add_static("/page", PAGE)
        router.add_get("/sandbox/api/members", self.show_members)
        router.add_get("/sandbox/api/view", self.show_chat)
        router.add_get("/sandbox/api/calls", self.show_calls)
        router.add_get("/sandbox/photos/{id}", self.show_photo)
        router.add_post("/sandbox/api/say", self.say)
        router.add_post("/sandbox/api/press", self.press)
        router.add_post("/sandbox/api/react", self.react)
        router.add_post("/sandbox/api/members", self.add_member)
        router.add_post("/sandbox/api/faults", self.change_faults)

    async def show_page(self, _: web.Request) -> web.FileResponse:
        """GET /: the chat page."""
        return web.FileResponse(PAGE / "index.html")

    async def show_members(self, _: web.Request) -> web.Response:
        """GET members: the members, the bot and the reactions that the page offers."""
        return web.json_response(self.view.members())

    async def show_chat(self, request: web.Request) -> web.Response:
        """GET view?member&chat[&after]: a chat; with `after`, as soon as its version changed."""
        member, chat = (
            self._member(number(request, "member")),
            self._chat(number(request, "chat")),
        )
        await self._wait_for_change(number(request, "after", -1))
        return web.json_response(self.view.chat(member, chat))

    async def show_calls(self, request: web.Request) -> web.Response:
        """GET calls[?method&after]: the call log, oldest first."""
        calls = self.calls.all(request.query.get("method"), after=number(request, "after", 0))
        return web.json_response({"calls": [call.to_json() for call in calls]})

    async def show_photo(self, request: web.Request) -> web.Response:
        """GET photos/<id>: an uploaded picture."""
        photo = self.telegram.photos.get(request.match_info["id"])
        if photo is None:
            raise web.HTTPNotFound
        return web.Response(body=photo.content, content_type=photo.mime_type)

    async def say(self, request: web.Request) -> web.Response:
        """POST say: send a text as a member."""
        body = await read(request, Say)
        member, chat = self._member(body.member), self._chat(body.chat)
        thread_id = None if body.topic == GENERAL_ID else body.topic
        message = self.telegram.say(
            member, chat, body.text, reply_to=body.reply_to, thread_id=thread_id
        )
        return web.json_response({"message": message_json(message)})

    async def press(self, request: web.Request) -> web.Response:
        """POST press: press an inline button as a member."""
        body = await read(request, Press)
        member, chat = self._member(body.member), self._chat(body.chat)
        query_id = self.telegram.press(member, chat, body.message_id, body.data)
        return web.json_response({"query_id": query_id})

    async def react(self, request: web.Request) -> web.Response:
        """POST react: replace a member's reactions on a message."""
        body = await read(request, React)
        member, chat = self._member(body.member), self._chat(body.chat)
        self.telegram.react(member, chat, body.message_id, body.emoji)
        return web.json_response({})

    async def add_member(self, request: web.Request) -> web.Response:
        """POST members: add a member."""
        body = await read(request, AddMember)
        member = self.telegram.add_member(
            body.first_name,
            last_name=body.last_name,
            username=body.username,
            language_code=body.language_code,
            opened=body.opened,
        )
        return web.json_response({"member": user_json(member)})

    async def change_faults(self, request: web.Request) -> web.Response:
        """POST faults: inject a fault, or take all back with `{"clear": true}`."""
        if '"clear"' in await text_of(request):
            await read(request, ClearFaults)
            self.faults.clear()
        else:
            (await read(request, InjectFault)).apply_to(self.faults)
        return web.json_response({})

    async def _wait_for_change(self, version: int) -> None:
        def changed() -> bool:
            return self.telegram.changes.version != version or self.closing.is_set()

        try:
            await self.telegram.changes.wait_until(changed, VIEW_WAIT_SECONDS)
        except TimeoutError:
            return

    def _member(self, member_id: int) -> User:
        member = self.telegram.find_member(member_id)
        if member is None:
            raise SandboxError(f"There is no member {member_id}.")
        return member

    def _chat(self, chat_id: int) -> Chat:
        if chat_id not in self.telegram.chats:
            raise SandboxError(f"There is no chat {chat_id}.")
        return self.telegram.chats[chat_id].chat


@web.middleware
async def explain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what a member cannot do with 400 and the reason."""
    try:
        return await handler(request)
    except SandboxError as error:
        return web.json_response({"error": str(error)}, status=400)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise web.HTTPNotFound from None  # of the page's files, none has such a name
