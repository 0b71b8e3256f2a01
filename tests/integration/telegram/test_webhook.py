"""The webhook at an open port: nothing is done for who has not shown the secret."""

import gzip
import json
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher
from aiohttp import web
from pydantic import SecretStr

from bot.monitoring.http import LARGEST_BODY, serving
from bot.monitoring.metrics import Metrics
from bot.telegram.webhook import Webhook
from tests.support.raw_http import connected, exchange, request

SECRET = "a-secret-of-the-operator"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
#: No update that aiogram could read, and so no work for a dispatcher.
UNREADABLE = json.dumps({"update_id": "none"}).encode()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Listen for updates at /hook."""
    webhook = Webhook(
        Dispatcher(metrics=Metrics()),
        Bot("42:hush"),
        "https://bot.example/hook",
        SecretStr(SECRET),
        patience=0.05,
    )
    application = web.Application(client_max_size=LARGEST_BODY)
    webhook.add_to(application)
    async with serving(application, "127.0.0.1", 0) as port:
        yield port


def update(body: bytes = UNREADABLE, secret: str = SECRET, **headers: str) -> bytes:
    """Return a delivery."""
    return request("POST", "/hook", body, **{HEADER: secret}, **headers)


async def status(port: int, delivery: bytes) -> int:
    """Return the status that a delivery is answered with."""
    answer = await exchange(port, delivery)
    return int(answer.split()[1])


async def test_wrong_secrets_are_limited(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """However many are tried, the log has a line a minute, and the right one is taken."""
    tried = [await status(port, update(secret=f"wrong-{number}")) for number in range(40)]
    async with connected(port) as telegram:
        await telegram.send(update())
        answer = await telegram.read_head()

    assert ([401] * 31 + [429] * 9, True) == (tried, b" 200 OK" in answer)
    refused = [line for line in caplog.messages if "secret" in line]
    assert ["requests without the webhook's secret were refused: 1"] == refused
    assert "wrong" not in caplog.text


@pytest.mark.parametrize("secret", [b"", b"\xff\xfe", SECRET.encode() + b"\xff", b"a" * 8000])
async def test_secret_of_any_bytes(
    port: int, secret: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """What is no text is a wrong secret like any other, and no failure."""
    head = f"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n{HEADER}: ".encode()

    assert 401 == await status(port, head + secret + b"\r\n\r\n")
    assert "Traceback" not in caplog.text


async def test_secret_is_asked_for_before_the_body(port: int) -> None:
    """A stranger is answered although the body that was announced has not come."""
    head = f"POST /hook HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n{HEADER}: x\r\n\r\n"

    assert 401 == await status(port, head.encode())


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, identity"])
async def test_packed_update_is_refused(port: int, encoding: str) -> None:
    """Telegram packs nothing, so nobody needs us to unpack."""
    body = gzip.compress(UNREADABLE)

    assert 415 == await status(port, update(body, Content_Encoding=encoding))


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (update()[:-5], 408),
        (update(Connection="close").replace(UNREADABLE, b"[" * len(UNREADABLE)), 200),
        (update(b"[" * 100_000, Connection="close"), 200),
        (update(b"\xff", Connection="close"), 200),
        (update(Content_Type="text/html; charset=none", Connection="close"), 200),
    ],
)
async def test_odd_update(port: int, delivery: bytes, expected: int) -> None:
    """What comes with the secret and is no update is not asked for again; half of one is."""
    assert expected == await status(port, delivery)


async def test_update_that_is_too_large(port: int) -> None:
    """A body without an end is not read to it."""
    async with connected(port) as client:
        head = f"POST /hook HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n{HEADER}: "
        await client.send(head.encode() + SECRET.encode() + b"\r\n\r\n")
        sent = 0
        while await client.send(b"10000\r\n" + bytes(0x10000) + b"\r\n"):
            sent += 0x10000

    assert LARGEST_BODY < sent < 20 * LARGEST_BODY


@pytest.mark.parametrize(
    ("url", "path", "target"),
    [
        ("https://bot.example/my%20hook", None, "/my%20hook"),
        ("https://bot.example/ma%C3%B1ana", None, "/ma%C3%B1ana"),
        ("https://bot.example/mañana", None, "/ma%C3%B1ana"),
        ("https://bot.example/ma%c3%b1ana", None, "/ma%C3%B1ana"),
        ("https://bot.example/{token}", None, "/%7Btoken%7D"),
        ("https://bot.example/{token:.*}", None, "/%7Btoken:.*%7D"),
        ("https://bot.example/a{b", None, "/a%7Bb"),
        ("https://bot.example/a%2Fb", None, "/a%2Fb"),
        ("https://bot.example/a%25b", None, "/a%25b"),
        ("https://bot.example/a%3Fb", None, "/a%3Fb"),
        ("https://bot.example/hook?x=1", None, "/hook?x=1"),
        ("https://bot.example", None, "/"),
        ("https://bot.example/besitos/hook", "/hook", "/hook"),
        ("https://bot.example/besitos", "/mañana", "/ma%C3%B1ana"),
    ],
)
async def test_address_that_is_announced(url: str, path: str | None, target: str) -> None:
    """Updates are taken where Telegram sends them, and nowhere else."""
    webhook = Webhook(
        Dispatcher(metrics=Metrics()), Bot("42:hush"), url, SecretStr(SECRET), path=path
    )
    application = web.Application(client_max_size=LARGEST_BODY)
    webhook.add_to(application)
    async with serving(application, "127.0.0.1", 0) as port:
        async with connected(port) as telegram:
            await telegram.send(request("POST", target, UNREADABLE, **{HEADER: SECRET}))
            assert b" 200 OK" in await telegram.read_head()
        path = f"{target.partition('?')[0]}x"
        assert 404 == await status(port, request("POST", path, UNREADABLE, **{HEADER: SECRET}))
