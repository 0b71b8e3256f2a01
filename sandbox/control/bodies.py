"""Parameters and JSON bodies of requests to the page's API."""

from typing import TypeVar

from aiohttp import web
from pydantic import ValidationError

from sandbox.control.schemas import RequestBody
from sandbox.errors import SandboxError

AnyBody = TypeVar("AnyBody", bound=RequestBody)


def number(request: web.Request, name: str, default: int | None = None) -> int:
    """Return a parameter of the address; SandboxError when it is no whole number."""
    value = request.query.get(name, default)
    try:
        return int(value if value is not None else "")
    except ValueError:
        raise SandboxError(f"The parameter {name} must be a whole number.") from None


async def read(request: web.Request, kind: type[AnyBody]) -> AnyBody:
    """Return the body; SandboxError when it is not of this kind."""
    try:
        return kind.model_validate_json(await text_of(request))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise SandboxError(f"{where}: {first['msg']}") from None


async def text_of(request: web.Request) -> str:
    """Return the body's text; SandboxError when it is none."""
    try:
        return await request.text()
    except (UnicodeError, LookupError):
        raise SandboxError("The body must be encoded in UTF-8.") from None
