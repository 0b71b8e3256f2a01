"""The Bot API over HTTP: `/bot<token>/<method>`."""

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from sandbox.calls import Call, CallLog
from sandbox.errors import BotApiError
from sandbox.faults import Faults, StrangeAnswer
from sandbox.methods import METHODS, Backend, Handler
from sandbox.parameters import Parameters, read_parameters

logger = logging.getLogger(__name__)


class AnswerLostError(Exception):
    """A fault closes the connection instead of answering."""


class StrangeAnswerError(AnswerLostError):
    """A fault answers something else."""

    def __init__(self, answer: StrangeAnswer) -> None:
        super().__init__()
        self.answer = answer


@dataclass(frozen=True, slots=True)
class BotApi:
    """Carries calls out, keeps the log and lets faults happen."""

    token: str
    backend: Backend
    calls: CallLog
    faults: Faults

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the Bot API."""
        router.add_route("GET", "/bot{token}/{method}", self.handle)
        router.add_route("POST", "/bot{token}/{method}", self.handle)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one HTTP request."""
        try:
            self._check_token(request.match_info["token"])
            parameters = await read_parameters(request)
            result = await self.call(request.match_info["method"], parameters)
        except BotApiError as error:
            return web.json_response(error.to_json(), status=error.code)
        except StrangeAnswerError as error:
            return web.Response(
                body=error.answer.body,
                status=error.answer.status,
                content_type=error.answer.content_type,
            )
        except AnswerLostError:
            if request.transport:
                request.transport.abort()
            return web.Response()
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, token: str) -> None:
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            raise BotApiError(401, "Unauthorized")

    async def call(self, name: str, parameters: Mapping[str, object]) -> object:
        """Carry out a method and return its result; every call is logged, whatever happens."""
        documented, handler = METHODS.get(name.lower(), (name, None))
        call = self.calls.begin(documented, parameters)
        try:
            result = await self._carry_out(call, handler)
        except AnswerLostError:
            self.calls.end(call, ok=None)
            raise
        except BotApiError as error:
            self.calls.end(call, ok=False, error_code=error.code)
            raise
        except Exception as error:
            logger.exception("The sandbox failed at %s", documented)
            self.calls.end(call, ok=False, error_code=500)
            raise BotApiError(500, "Internal Server Error") from error
        except BaseException:
            # The bot went away while it waited.
            self.calls.end(call, ok=None)
            raise
        self.calls.end(call, ok=True)
        return result

    async def call_from_webhook(self, name: str, parameters: Mapping[str, object]) -> None:
        """Carry out a method that came in a webhook's answer, to which nothing is answered."""
        try:
            await self.call(name, parameters)
        except BotApiError as error:
            logger.warning("The webhook's answer %s failed: %s", name, error.description)
        except AnswerLostError:
            return

    async def _carry_out(self, call: Call, handler: Handler | None) -> object:
        fault = await self.faults.take(call)
        if fault.error:
            raise fault.error
        if handler is None:
            raise BotApiError(404, "Not Found: method not found")
        result = None
        if fault.drop != "request":
            result = await handler(self.backend, Parameters(call.parameters))
        if fault.strange:
            raise StrangeAnswerError(fault.strange(result))
        if fault.drop:
            raise AnswerLostError
        return result
