"""Bot API client, what an answer of Telegram says about its call, and delays between retries."""

import asyncio
from http import HTTPStatus
from typing import Any, Final, TypeVar

from aiogram import Bot
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import Response, TelegramMethod
from aiogram.types import User
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientTimeout,
    ConnectionTimeoutError,
)
from aiohttp_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError

from bot.backoff import delays, sleep_unless

T = TypeVar("T")

#: They pass by themselves: nobody answers, or an overloaded Telegram (or a proxy before it)
#: answers something else.
TRANSIENT_ERRORS: Final = (
    ClientDecodeError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
#: Seconds to wait at least and at most, whatever Telegram says.
SHORTEST_RETRY_AFTER: Final = 1
LONGEST_RETRY_AFTER: Final = 600.0
#: Seconds for a connection, TLS included; after it nothing has been sent.
_CONNECT_TIMEOUT: Final = 10.0
#: Connections at once: getUpdates, answers under way, slow ones, and presses.
_CONNECTIONS: Final = 200
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
#: What comes before a connection, so that the call has not left.
_NOT_SENT: Final = (
    ClientConnectorError,
    ClientHttpProxyError,
    ConnectionTimeoutError,
    ProxyConnectionError,
    ProxyError,
    ProxyTimeoutError,
)
#: Methods that leave the same behind when they are called twice.
_REPEATABLE: Final = ("answer", "delete", "edit", "get", "set")
#: What Telegram calls a person whom the bot has not met.
_UNKNOWN_TO_US: Final = ("chat not found", "PEER_ID_INVALID", "user not found")


class AnswerLost(TelegramNetworkError):
    """The call has left, and no answer came: Telegram may have carried it out."""


class UnreadableAnswer(ClientDecodeError):
    """An answer that is not Telegram's or that aiogram cannot read; a log need not have it."""

    def __str__(self) -> str:
        return "an answer that cannot be read"


def may_be_delivered(error: AiogramError) -> bool:
    """Whether Telegram may have carried out the call that ended in `error`.

    An answer that cannot be read leaves it open, unless it says that it is a refusal.
    """
    if isinstance(error, ClientDecodeError):
        return not (isinstance(error.data, dict) and error.data.get("ok") is False)
    return isinstance(error, AnswerLost)


def is_repeatable(method: TelegramMethod[Any]) -> bool:
    """Whether nobody sees it when Telegram carries `method` out twice."""
    return method.__api_method__.startswith(_REPEATABLE)


def is_shown_already(error: AiogramError) -> bool:
    """Whether Telegram has refused an edit because the message looks like that."""
    return isinstance(error, TelegramBadRequest) and "message is not modified" in error.message


def is_out_of_reach(error: AiogramError) -> bool:
    """Whether the bot may not write to somebody before they write to it, or has not met them."""
    if isinstance(error, TelegramBadRequest):
        return any(sign in error.message for sign in _UNKNOWN_TO_US)
    return isinstance(error, TelegramForbiddenError)


def retry_after(error: TelegramRetryAfter) -> float:
    """Return the seconds to wait."""
    return min(max(error.retry_after, SHORTEST_RETRY_AFTER), LONGEST_RETRY_AFTER)


class TelegramSession(AiohttpSession):
    """aiogram's session, to which no answer is so strange that it is not an `AiogramError`.

    It also tells a call that never left (`TelegramNetworkError`) from one that may have been
    carried out (`AnswerLost`).
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take what aiogram's session takes."""
        super().__init__(*arguments, **options)
        # pydantic forgets a model that nobody holds, and making it anew takes a millisecond.
        self._models: set[type[Response[Any]]] = set()

    async def make_request(
        self, bot: Bot, method: TelegramMethod[T], timeout: int | None = None
    ) -> T:
        """Call `method`; bytes that are no UTF-8 are replaced."""
        session = await self.create_session()
        limits = ClientTimeout(
            total=self.timeout if timeout is None else timeout, sock_connect=_CONNECT_TIMEOUT
        )
        try:
            async with session.post(
                self.api.api_url(token=bot.token, method=method.__api_method__),
                data=self.build_form_data(bot, method),
                timeout=limits,
                allow_redirects=False,  # whoever answers so is not Telegram, and gets no token
            ) as response:
                content = (await response.read()).decode(errors="replace")
        except _NOT_SENT as error:
            raise TelegramNetworkError(method, _in_short(error)) from error
        except (TimeoutError, ClientError, OSError) as error:
            raise AnswerLost(method, _in_short(error)) from error
        answer = self.check_response(bot, method, response.status, content)
        return answer.result  # type: ignore[return-value]  # `check_response` has looked

    def check_response(
        self, bot: Bot, method: TelegramMethod[T], status_code: int, content: str
    ) -> Response[T]:
        """Return the answer. Raises `AiogramError` for whatever is none, or says no."""
        try:
            response = super().check_response(bot, method, status_code, content)
        except ClientDecodeError as error:
            if _not_carried_out(status_code, error.data):
                about = f"HTTP {status_code} and no answer of Telegram's"
                raise TelegramServerError(method, about) from error
            data = error.data or content
            raise UnreadableAnswer(error.message, error.original, data) from error
        except TypeError as error:  # aiogram looks into a description that is not there
            raise UnreadableAnswer("No description", error, content) from error
        except TelegramAPIError as error:
            too_many = status_code == HTTPStatus.TOO_MANY_REQUESTS
            if not too_many or isinstance(error, TelegramRetryAfter):
                raise
            # aiogram knows it by the seconds alone, which may be none.
            raise TelegramRetryAfter(method, error.message, SHORTEST_RETRY_AFTER) from error
        if response.result is None:
            raise UnreadableAnswer("No result", ValueError(), content)
        self._models.add(type(response))
        return response


def _in_short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".removesuffix(": ")


def _not_carried_out(status_code: int, data: object) -> bool:
    """Whether a proxy before Telegram has answered by itself."""
    refused = HTTPStatus.BAD_REQUEST <= status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    from_telegram = isinstance(data, dict) and "ok" in data
    return (refused or status_code == HTTPStatus.SERVICE_UNAVAILABLE) and not from_telegram


class TelegramBot(Bot):
    """A client that is never asked for its own name while somebody waits."""

    _who_we_are: User | None = None

    async def me(self) -> User:
        """Return the bot; without a username as long as `learn_name` has not had an answer.

        aiogram asks here for the name in `/command@name`, in the middle of a transaction. A bot
        that does not know its name takes every such command for its own.
        """
        return self._who_we_are or User(id=self.id, is_bot=True, first_name="")

    async def learn_name(self) -> None:
        """Ask Telegram once who we are. Raises `AiogramError`."""
        self._who_we_are = await self.get_me(request_timeout=int(_CONNECT_TIMEOUT))


def create_bot(token: str, api_url: str | None = None, proxy: str | None = None) -> TelegramBot:
    """Return a client that writes HTML, to Telegram or to the server at `api_url`.

    `proxy` is the address of one that all calls go through: http, socks4 or socks5.
    """
    session = TelegramSession(proxy=proxy, limit=_CONNECTIONS)
    if api_url:
        session.api = TelegramAPIServer.from_base(api_url.rstrip("/"))
    properties = DefaultBotProperties(parse_mode=ParseMode.HTML)
    return TelegramBot(token, session=session, default=properties)


class Backoff:
    """Pauses that grow from half a second to half a minute; a stop ends them."""

    def __init__(self, stop: asyncio.Event) -> None:
        """Pause no longer than until `stop` is set."""
        self._stop = stop
        self.reset()

    def reset(self) -> None:
        """Begin with short pauses again: something has worked."""
        self._pauses = delays(first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)

    async def wait(self, error: BaseException | None = None) -> None:
        """Pause longer each time, and at least as long as Telegram's `error` says."""
        told = retry_after(error) if isinstance(error, TelegramRetryAfter) else 0.0
        await sleep_unless(self._stop, max(next(self._pauses), told))
