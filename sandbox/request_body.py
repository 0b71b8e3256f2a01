"""Reads the parameters of a call: query string, JSON, form or multipart."""

from collections.abc import AsyncIterable

from aiohttp import BodyPartReader, web

from sandbox.errors import BotApiError, bad_request
from sandbox.parameters import Upload, parse_json


async def read_parameters(request: web.Request) -> dict[str, object]:
    """Return the parameters of a Bot API request; those in the body win."""
    parameters: dict[str, object] = dict(request.query)
    try:
        if request.content_type == "application/json":
            parameters |= _json_object(await request.text())
        elif request.content_type == "multipart/form-data":
            parameters |= await read_form(await request.multipart())
        else:
            parameters |= {name: str(value) for name, value in (await request.post()).items()}
    except web.HTTPRequestEntityTooLarge:
        raise BotApiError(413, "Request Entity Too Large") from None
    except (ValueError, LookupError, RecursionError):
        # Bytes that are no UTF-8, an unknown charset, or a broken or endlessly nested multipart.
        raise bad_request("strings must be encoded in UTF-8") from None
    return parameters


async def read_form(parts: AsyncIterable[object]) -> dict[str, object]:
    """Return the fields of a multipart body: files as `Upload`, the rest as text."""
    fields: dict[str, object] = {}
    async for part in parts:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        if part.filename is None:
            fields[part.name] = content.decode()
        else:
            fields[part.name] = Upload(part.filename, content)
    return fields


def _json_object(body: str) -> dict[str, object]:
    parsed = parse_json(body, "request") if body else {}
    if not isinstance(parsed, dict):
        raise bad_request("object expected as request body")
    return parsed
