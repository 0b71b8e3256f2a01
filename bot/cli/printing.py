"""Printing that fails on no pipe: whatever its encoding is, and whether anybody reads it."""

import codecs
import errno
import io
import json
import os
import sys
from typing import Any, Final, TextIO

import typer

from bot.errors import BesitosError

_ERRORS: Final = "besitos_plain"
#: What our own sentences have, in the letters that every encoding knows.
_PLAIN: Final = {"→": "->", "≥": ">=", "≤": "<=", "…": "...", "−": "-", "–": "-"}
#: How systems say that nobody reads the other end.
_NOBODY_READS: Final = {errno.EPIPE, errno.ESHUTDOWN} | (
    {errno.EINVAL} if os.name == "nt" else set()
)


class OutputError(BesitosError):
    """What a command has to say cannot be written where it was asked for."""


class _Pipe(io.FileIO):
    """A pipe that nobody need read: an exit code tells of the work, not of the reader.

    A file that takes no more is another matter, and is told once.
    """

    _failed = False

    def write(self, data: Any, /) -> int:
        """Write, or do as if. Raises `OutputError`."""
        try:
            if not self._failed:
                return super().write(data)
        except OSError as error:
            if error.errno not in _NOBODY_READS:
                self._failed = True
                raise OutputError(
                    f"The output cannot be written ({error.strerror}); what the command did stays "
                    "done, so let it write elsewhere."
                ) from error
        return len(memoryview(data).cast("B"))


class _LastPipe(_Pipe):
    """Where failures are told: of one of its own there is nobody to tell."""

    def write(self, data: Any, /) -> int:
        """Write, or do as if."""
        try:
            return super().write(data)
        except OutputError:
            return len(memoryview(data).cast("B"))


def prepare_output() -> None:
    """Let stdout and stderr take every character, and be closed by who wants to."""
    codecs.register_error(_ERRORS, _plain)
    sys.stdout = _prepared(sys.stdout, _Pipe)
    sys.stderr = _prepared(sys.stderr, _LastPipe)


def print_json(document: Any) -> None:
    """Print one JSON document, in ASCII: a pipe's encoding is no business of who parses it.

    What JSON has no form for, a path or a moment, is a text.
    """
    typer.echo(json.dumps(document, indent=2, default=str))


def print_file(text: str) -> None:
    """Print what shall be a file: in UTF-8, whatever the pipe's encoding, but for a terminal."""
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None or sys.stdout.isatty():
        typer.echo(text, nl=False)
        return
    sys.stdout.flush()
    raw.write(text.encode())
    raw.flush()


def _prepared(stream: TextIO | None, pipe: type[_Pipe]) -> TextIO:
    if stream is None:  # it was closed before we began
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for good
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    if stream.isatty():
        stream.reconfigure(errors=_ERRORS)
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(pipe(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=_ERRORS,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] in _PLAIN:
        return _PLAIN[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(error)
