"""Printing that fails on no pipe: whatever its encoding is, and whether anybody reads it."""

import codecs
import errno
import io
import json
import os
import sys
from typing import Any, Final, TextIO

import typer

_ERRORS: Final = "besitos_plain"
#: What our own sentences have, in the letters that every encoding knows.
_PLAIN: Final = {"→": "->", "≥": ">=", "≤": "<=", "…": "...", "−": "-", "–": "-"}
#: How systems say that nobody reads the other end.
_NOBODY_READS: Final = {errno.EPIPE, errno.ESHUTDOWN} | (
    {errno.EINVAL} if os.name == "nt" else set()
)


class _Pipe(io.FileIO):
    """A pipe that nobody need read: an exit code tells of the work, not of the reader."""

    def write(self, data: Any, /) -> int:
        """Write, or do as if."""
        try:
            return super().write(data)
        except OSError as error:
            if error.errno not in _NOBODY_READS:
                raise
            return len(memoryview(data).cast("B"))


def prepare_output() -> None:
    """Let stdout and stderr take every character, and be closed by who wants to."""
    codecs.register_error(_ERRORS, _plain)
    sys.stdout = _prepared(sys.stdout)
    sys.stderr = _prepared(sys.stderr)


def print_json(document: Any) -> None:
    """Print one JSON document, in ASCII: a pipe's encoding is no business of who parses it.

    What JSON has no form for, a path or a moment, is a text.
    """
    typer.echo(json.dumps(document, indent=2, default=str))


def _prepared(stream: TextIO | None) -> TextIO:
    if stream is None:  # it was closed before we began
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - for good
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    if stream.isatty():
        stream.reconfigure(errors=_ERRORS)
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Pipe(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=_ERRORS,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _plain(error: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] in _PLAIN:
        return _PLAIN[error.object[error.start]], error.start + 1
    return codecs.backslashreplace_errors(error)
