"""Parameters of a request, as they come over a network."""

import asyncio
from itertools import pairwise
from unittest import mock

import pytest
from aiohttp import MultipartReader, StreamReader
from aiohttp.base_protocol import BaseProtocol

from sandbox.parameters import Upload, read_form

HEADERS = {"Content-Type": "multipart/form-data; boundary=between"}
PHOTO = b"0123456789" * 2_000
BODY = (
    b'--between\r\nContent-Disposition: form-data; name="chat_id"\r\n\r\n7\r\n'
    b'--between\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n'
    + PHOTO
    + b"\r\n--between--\r\n"
)
#: As much as aiohttp reads at a time.
BLOCK = 8_192


@pytest.mark.parametrize(
    "cuts",
    [
        pytest.param([], id="at once"),
        pytest.param(range(1, len(BODY), 7), id="in small pieces"),
        # Too little to tell whether the part ends there, and then more than is asked for.
        pytest.param([BODY.index(PHOTO) + BLOCK + 1], id="a byte more than a block"),
    ],
)
async def test_pieces(cuts: list[int]) -> None:
    """A form is the same in whatever pieces it comes."""
    stream = StreamReader(mock.Mock(BaseProtocol), 2**16, loop=asyncio.get_running_loop())

    async def send() -> None:
        for start, end in pairwise([0, *cuts, len(BODY)]):
            stream.feed_data(BODY[start:end])
            for _ in range(10):  # the reader takes what is there before more comes
                await asyncio.sleep(0)
        stream.feed_eof()

    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(read_form(MultipartReader(HEADERS, stream)))
        tasks.create_task(send())

    assert {"chat_id": "7", "photo": Upload("a.png", PHOTO)} == reading.result()
