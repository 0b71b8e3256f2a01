"""Parameters of a Bot API call, whichever way they were sent."""

import json
from collections.abc import AsyncIterable, Iterator, Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from sandbox.errors import BotApiError, bad_request

_TRUE = {"true", "yes", "1"}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request."""

    filename: str
    content: bytes = field(repr=False)

    def __str__(self) -> str:
        """Describe the file for the call log."""
        return f"<{self.filename}, {len(self.content)} bytes>"


def parse_json(text: str, what: str) -> object:
    """Return what a JSON text says; a 400 that names `what` when nobody could say."""
    try:
        parsed: object = json.loads(text)
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except (ValueError, RecursionError):
        raise bad_request(f"can't parse {what} JSON object") from None
    return parsed


class Parameters(Mapping[str, object]):
    """Typed access to a call's parameters; what does not fit raises a 400 like Telegram's.

    Forms carry everything as text and nested objects as JSON; both spellings are read alike.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}

    def __getitem__(self, name: str) -> object:
        """Return a parameter as it was sent."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the parameters."""
        return len(self._values)

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        value = self._values.get(name, default)
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str):
            raise bad_request(f"parameter {name} must be of type String")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise bad_request("strings must be encoded in UTF-8")
        return value

    def integer(self, name: str, default: int) -> int:
        """Return a whole number."""
        value = self._values.get(name, default)
        try:
            return int(value) if isinstance(value, str | int) else int(str(value))
        except ValueError:
            raise bad_request(f"parameter {name} must be of type Integer") from None

    def required_integer(self, name: str, absent: str) -> int:
        """Return a whole number; without one, a 400 with the `absent` description."""
        if self.text(name) == "":
            raise bad_request(absent)
        return self.integer(name, 0)

    def flag(self, name: str) -> bool:
        """Return a boolean, False when absent."""
        value = self._values.get(name, False)
        return value if isinstance(value, bool) else str(value).lower() in _TRUE

    def nested(self, name: str, what: str) -> object:
        """Return an object or a list, None when absent; `what` names it in the error."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        return parse_json(value, what)

    def names(self, name: str, what: str) -> list[str] | None:
        """Return a list of strings, None when absent."""
        value = self.nested(name, what)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise bad_request(f"can't parse {what}: expected an Array of String")
        return value


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
