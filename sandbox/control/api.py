"""`/sandbox/api/…`: the JSON API of the chat page, for other processes too."""

import asyncio
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from sandbox.calls import CallLog
from sandbox.control.orders import (
    AddMember,
    ClearFaults,
    InjectFault,
    Order,
    Press,
    React,
    Say,
)
from sandbox.control.view import PageView
from sandbox.errors import SandboxError
from sandbox.faults import Faults
from sandbox.shapes import message_json, user_json
from sandbox.telegram import Telegram
from sandbox.values import Chat, User

# Short enough that the page notices when the bot stops polling.
VIEW_WAIT_SECONDS = 4.0

AnyOrder = TypeVar("AnyOrder", bound=Order)


@dataclass(frozen=True, slots=True)
class ControlApi:
    """Shows the world and carries out what members do."""

    telegram: Telegram
    view: PageView
    calls: CallLog
    faults: Faults
    closing: asyncio.Event

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the control API."""
        router.add_get("/sandbox/api/cast", self.show_cast)
        router.add_get("/sandbox/api/view", self.show_chat)
        router.add_get("/sandbox/api/calls", self.show_calls)
        router.add_get("/sandbox/photos/{id}", self.show_photo)
        router.add_post("/sandbox/api/say", self.say)
        router.add_post("/sandbox/api/press", self.press)
        router.add_post("/sandbox/api/react", self.react)
        router.add_post("/sandbox/api/members", self.add_member)
        router.add_post("/sandbox/api/faults", self.change_faults)

    async def show_cast(self, _: web.Request) -> web.Response:
        """GET cast: the members and the bot."""
        return web.json_response(self.view.cast())

    async def show_chat(self, request: web.Request) -> web.Response:
        """GET view?member&chat[&after]: a chat; with `after`, as soon as its version changed."""
        member, chat = (
            self._member(_number(request, "member")),
            self._chat(_number(request, "chat")),
        )
        await self._wait_for_change(_number(request, "after", -1))
        return web.json_response(self.view.chat(member, chat))

    async def show_calls(self, request: web.Request) -> web.Response:
        """GET calls[?method&after]: the call log, oldest first."""
        calls = self.calls.all(request.query.get("method"), after=_number(request, "after", 0))
        return web.json_response({"calls": [call.to_json() for call in calls]})

    async def show_photo(self, request: web.Request) -> web.Response:
        """GET photos/<id>: an uploaded picture."""
        photo = self.telegram.photos.get(request.match_info["id"])
        if photo is None:
            raise web.HTTPNotFound
        return web.Response(body=photo.content, content_type=photo.mime_type)

    async def say(self, request: web.Request) -> web.Response:
        """POST say: send a text as a member."""
        order = await _read(request, Say)
        member, chat = self._member(order.member), self._chat(order.chat)
        message = self.telegram.say(member, chat, order.text, reply_to=order.reply_to)
        return web.json_response({"message": message_json(message)})

    async def press(self, request: web.Request) -> web.Response:
        """POST press: press an inline button as a member."""
        order = await _read(request, Press)
        member, chat = self._member(order.member), self._chat(order.chat)
        query_id = self.telegram.press(member, chat, order.message_id, order.data)
        return web.json_response({"query_id": query_id})

    async def react(self, request: web.Request) -> web.Response:
        """POST react: replace a member's reactions on a message."""
        order = await _read(request, React)
        member, chat = self._member(order.member), self._chat(order.chat)
        self.telegram.react(member, chat, order.message_id, order.emoji)
        return web.json_response({})

    async def add_member(self, request: web.Request) -> web.Response:
        """POST members: add a member."""
        order = await _read(request, AddMember)
        member = self.telegram.add_member(
            order.first_name,
            last_name=order.last_name,
            username=order.username,
            language_code=order.language_code,
        )
        return web.json_response({"member": user_json(member)})

    async def change_faults(self, request: web.Request) -> web.Response:
        """POST faults: inject a fault, or take all back with `{"clear": true}`."""
        if '"clear"' in await _text(request):
            await _read(request, ClearFaults)
            self.faults.clear()
        else:
            (await _read(request, InjectFault)).apply_to(self.faults)
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
        if chat_id not in self.telegram.rooms:
            raise SandboxError(f"There is no chat {chat_id}.")
        return self.telegram.rooms[chat_id].chat


def _number(request: web.Request, name: str, default: int | None = None) -> int:
    value = request.query.get(name, default)
    try:
        return int(value if value is not None else "")
    except ValueError:
        raise SandboxError(f"The parameter {name} must be a whole number.") from None


async def _read(request: web.Request, kind: type[AnyOrder]) -> AnyOrder:
    try:
        return kind.model_validate_json(await _text(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise SandboxError(f"{where}: {first['msg']}") from None


async def _text(request: web.Request) -> str:
    try:
        return await request.text()
    except (UnicodeError, LookupError):
        raise SandboxError("The body must be encoded in UTF-8.") from None
