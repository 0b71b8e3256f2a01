"""The open port: who is answered, who is cut off, and how little a stranger can make us write."""

import asyncio
import errno
import gzip
import re
import sys
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.monitoring.connections import FewErrors
from bot.monitoring.health import Health
from bot.monitoring.http import serving
from tests.support.gate import Gate
from tests.support.programs import ROOT
from tests.support.raw_http import connected, exchange, request
from tests.support.statements import recorded

#: Seconds: short where a test waits for the end of our patience, long where it must not end.
SHORT, LONG = 0.05, 600.0
GET = request("GET", "/health")


@pytest.fixture
def application() -> web.Application:
    """Give an application with one good answer, one that waits, and one that fails."""
    gate = Gate()
    gate.open.clear()

    async def fine(_: web.Request) -> web.Response:
        return web.Response(text="fine")

    async def wait(_: web.Request) -> web.Response:
        gate.reached.set()
        await gate.open.wait()
        return web.Response(text="waited")

    async def fail(_: web.Request) -> web.Response:
        raise RuntimeError("ours")

    application = web.Application()
    application.router.add_get("/health", fine)
    application.router.add_get("/wait", wait)
    application.router.add_get("/fail", fail)
    application[GATE] = gate
    return application


GATE = web.AppKey("gate", Gate)


@pytest.fixture
async def port(application: web.Application) -> AsyncIterator[int]:
    """Serve it with a long patience for three clients."""
    async with serving(application, "127.0.0.1", 0, most=3, patience=LONG) as port:
        yield port


@pytest.mark.parametrize("begun", [b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: a\r\n"])
async def test_connection_without_a_request_is_closed(
    application: web.Application, begun: bytes
) -> None:
    """Whoever sends nothing, or no whole head, is cut off without an answer."""
    async with serving(application, "127.0.0.1", 0, patience=SHORT) as port:
        assert b"" == await exchange(port, begun)


async def test_one_byte_at_a_time_is_no_request(application: web.Application) -> None:
    """What trickles in does not prolong our patience."""
    async with serving(application, "127.0.0.1", 0, patience=SHORT) as port, connected(port) as one:
        await one.send(b"GET /health HTTP/1.1\r\nX: ")
        while await one.send(b"x"):  # noqa: ASYNC110 - the time between two bytes
            await asyncio.sleep(SHORT / 10)

        assert b"" == await one.read_to_end()


async def test_body_that_never_comes(port: int) -> None:
    """An answer does not wait for a body that nobody reads."""
    head = b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"

    assert (await exchange(port, head)).startswith(b"HTTP/1.1 405 ")


async def test_work_may_take_longer_than_our_patience(application: web.Application) -> None:
    """Whoever has sent a whole request gets the answer, however long that takes."""
    async with serving(application, "127.0.0.1", 0, patience=0.5) as port, connected(port) as one:
        await one.send(request("GET", "/wait"))
        await application[GATE].reached.wait()
        await exchange(port, b"")  # somebody else's patience ends meanwhile
        application[GATE].open.set()

        assert b"200 OK" in await one.read_head()


async def test_idle_clients_make_room(port: int) -> None:
    """When the port is full of idle clients, the next is answered and the oldest has to go."""
    async with AsyncExitStack() as stack:
        idle = [await stack.enter_async_context(connected(port)) for _ in range(3)]
        assert b"fine" in await exchange(port, request("GET", "/health", Connection="close"))
        assert b"" == await idle[0].read_to_end()
        await idle[1].send(GET)
        assert b"200 OK" in await idle[1].read_head()


async def test_clients_at_work_keep_their_place(application: web.Application, port: int) -> None:
    """When all are being answered, the next is refused and they get their answers."""
    async with AsyncExitStack() as stack:
        busy = [await stack.enter_async_context(connected(port)) for _ in range(3)]
        for client in busy:
            application[GATE].reached.clear()
            await client.send(request("GET", "/wait"))
            await application[GATE].reached.wait()

        assert b"" == await exchange(port, GET)
        application[GATE].open.set()
        assert 3 == sum([b"200 OK" in await client.read_head() for client in busy])


async def test_good_answer_keeps_the_connection(port: int) -> None:
    """Telegram need not connect again for each update, and no stranger takes its place."""
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(connected(port))
        await telegram.send(GET)
        first = await telegram.read_head()
        strangers = [await stack.enter_async_context(connected(port)) for _ in range(3)]
        assert b"" == await strangers[0].read_to_end()
        await telegram.send(GET)

        assert [True, True] == [b"200 OK" in one for one in (first, await telegram.read_head())]


@pytest.mark.parametrize("path", ["/", "/none", "/fail"])
async def test_bad_answer_ends_the_connection(port: int, path: str) -> None:
    """A stranger gets one answer per connection, whatever else was sent along."""
    answer = await exchange(port, request("GET", path) + GET * 40)

    assert 1 == answer.count(b"HTTP/1.1 ")
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("path", ["/health", "/none"])
async def test_unknown_expectation_ends_the_connection(port: int, path: str) -> None:
    """What is refused before we see it is a bad answer like any other."""
    answer = await exchange(port, request("GET", path, Expect="more") + GET * 40)

    assert answer.startswith(b"HTTP/1.1 417 ")
    assert (1, True) == (answer.count(b"HTTP/1.1 "), b"connection: close" in answer.lower())


SMUGGLED = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /none HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize(
    "shape",
    [
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: identity, chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding:\tchunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer_Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0;x=\n\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n",
        POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
        POST + b"Content-Length: 0, 44\r\n\r\n",
        POST + b"Content-Length: +0\r\n\r\n",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 0x0\r\n\r\n",
        POST + b"Content-Length: 1e0\r\n\r\n",
        POST + b"Content-Length:\r\n\r\n",
        POST + b" Content-Length: 0\r\n\r\n",
        POST + b"Content-Length: 0\n\n",
        POST + b"X: \x00\r\n\r\n",
        POST + b"X: a\rContent-Length: 0\r\n\r\n",
        b"POST /none HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 0\r\n\r\n",
        b"POST /none HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /none HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        POST + b"Expect: 200-ok\r\nContent-Length: 0\r\n\r\n",
        POST + b"Expect: 100-continue\r\nContent-Length: 44\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
async def test_smuggled_request_is_not_answered(application: web.Application, shape: bytes) -> None:
    """Whatever two programs could read differently, what follows it is no request here."""
    async with serving(application, "127.0.0.1", 0, patience=SHORT) as port:
        answer = await exchange(port, shape + SMUGGLED)

    assert len(re.findall(rb"HTTP/1.\d [2-5]\d\d ", answer)) <= 1
    assert b"fine" not in answer


async def test_malformed_requests_are_counted(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """However many come, the log has a line a minute and no traceback."""
    for _ in range(20):
        assert b" 400 " in await exchange(port, b"GET / HTTP/1.1\r\n\r\n")

    assert ["malformed requests were refused: 1"] == caplog.messages
    assert not caplog.records[0].exc_info


async def test_failure_of_ours_is_logged_once_a_minute(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake of ours shows its traceback, and not as often as a stranger likes."""
    for _ in range(20):
        assert b" 500 " in await exchange(port, request("GET", "/fail"))

    (record,) = caplog.records
    assert record.exc_info
    assert "ours" in str(record.exc_info[1])


async def test_no_open_file_left(caplog: pytest.LogCaptureFixture) -> None:
    """A connection that cannot be accepted is a line a minute, not a traceback each second."""
    handle = FewErrors(None)
    error = OSError(errno.EMFILE, "no files")
    for _ in range(100):
        handle(asyncio.get_running_loop(), {"message": "accept", "exception": error})

    assert ["no connection can be taken: no files (1 times)"] == caplog.messages


@pytest.fixture
def unpacked() -> Iterator[list[str]]:
    """See whether aiohttp unpacks anything."""
    asked: list[str] = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            return getattr(zlib, name)

    aiohttp.set_zlib_backend(Watched())
    yield asked
    aiohttp.set_zlib_backend(zlib)


@pytest.mark.parametrize("path", ["/", "/health", "/wait"])
async def test_packed_body_is_not_unpacked(port: int, path: str, unpacked: list[str]) -> None:
    """A body of a thousand times its size costs us nothing, whichever path it is sent to."""
    bomb = gzip.compress(bytes(10_000_000))

    answer = await exchange(port, request("POST", path, bomb, Content_Encoding="gzip"))

    assert answer.startswith(b"HTTP/1.1 40")
    assert [] == [name for name in unpacked if name.startswith("decompress")]


async def test_database_is_asked_for_its_health_once(engine: AsyncEngine) -> None:
    """Whoever asks a hundred times at once makes the database answer once."""
    application = web.Application()
    application.router.add_get("/health", Health(engine, holds=LONG).handle)
    async with serving(application, "127.0.0.1", 0) as port:
        with recorded(engine) as statements:
            answers = await asyncio.gather(*(exchange(port, GET) for _ in range(100)))

    assert 100 == sum(b'{"status": "ok"}' in answer for answer in answers)
    assert ["SELECT 1"] == statements


async def test_more_clients_than_open_files() -> None:
    """A flood of idle clients fills neither the log nor the port."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", FEW_FILES),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    port = int(await child.stdout.readline())
    async with AsyncExitStack() as stack:
        for _ in range(300):
            await stack.enter_async_context(connected(port))
        answer = await exchange(port, request("GET", "/health", Connection="close"))
    _, errors = await child.communicate(b"")  # the end of its input ends it

    assert b"200 OK" in answer
    assert b"" == errors


FEW_FILES = """
import asyncio, resource, sys
from aiohttp import web
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
from bot.monitoring.http import serving

async def fine(_):
    return web.Response()

async def main():
    application = web.Application()
    application.router.add_get("/health", fine)
    async with serving(application, "127.0.0.1", 0) as port:
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""
