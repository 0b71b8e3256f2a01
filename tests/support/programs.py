"""The real `main.py`, run as an operator runs it: in a folder, with an environment."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from tests.support import forked_main
from tests.support.forked_main import OUTPUTS
from tests.support.processes import fork

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
MAIN = ROOT / "main.py"
#: Seconds for a start on a busy machine; importing aiogram alone takes four.
PATIENCE = 60.0
_LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def sentences(self) -> list[str]:
        """What stands on stderr beside the log."""
        return [line for line in self.stderr.splitlines() if not _LOG_LINE.match(line)]


def run(arguments: list[str], folder: Path, **settings: str) -> Finished:
    """Run Python with nothing but `settings` in its environment, and wait for the end."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=_environment(settings),
        capture_output=True,
        encoding=settings.get("PYTHONIOENCODING", "utf-8"),
        timeout=PATIENCE,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def run_main(folder: Path, *arguments: str, program: Path = MAIN, **settings: str) -> Finished:
    """Run `python main.py …` to its end, as a fork of a process that has imported it."""
    encoding = settings.get("PYTHONIOENCODING", "utf-8")
    with TemporaryDirectory(prefix="besitos-output-") as output:
        process = _Forked(program, arguments, folder, Path(output), _environment(settings))
        try:
            exit_code = process.wait(PATIENCE)
        finally:
            process.kill()
        return Finished(exit_code, *(_written(Path(output, name), encoding) for name in OUTPUTS))


def run_apply(folder: Path, url: str) -> Finished:
    """Run `seed apply --json`."""
    return run_main(folder, "seed", "apply", "--json", DATABASE_URL=url)


def document(ended: Finished) -> dict[str, Any]:
    """Return the one JSON document that a command that went well printed, and nothing else."""
    assert (0, []) == (ended.exit_code, ended.sentences)
    parsed: dict[str, Any] = json.loads(ended.stdout)
    return parsed


class _Process(Protocol):
    """What is asked of a program that runs."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class _Forked:
    """A program as a fork, with the face of `subprocess.Popen`."""

    def __init__(
        self,
        program: Path,
        arguments: Sequence[str],
        folder: Path,
        output: Path,
        environment: dict[str, str],
    ) -> None:
        self._program = str(program)
        self._process = fork(
            forked_main.main, self._program, arguments, str(folder), str(output), environment
        )
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._program, timeout or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


class RunningBot:
    """`python main.py …`, started; leaving the block kills it if it still runs."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        program: Path = MAIN,
        anew: bool = False,
        **settings: str,
    ) -> None:
        """Start it in a folder of its own, with warnings for whatever it leaves open.

        It is a fork of a process that has imported aiogram, or `anew` in an interpreter of its own.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._stdout, self._stderr = (folder / name for name in OUTPUTS)
        environment = _environment(settings)
        with self._stdout.open("w") as stdout, self._stderr.open("w") as stderr:
            if not anew:
                self._process: _Process = _Forked(program, arguments, folder, folder, environment)
            else:
                self._process = subprocess.Popen(
                    [sys.executable, "-W", "always::ResourceWarning", program, *arguments],
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=stdout,
                    stderr=stderr,
                )

    async def __aenter__(self) -> Self:
        """Nothing more to open."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave no process behind; when the test failed, show what the bot wrote."""
        await self.kill()
        if error is not None:
            error.add_note(f"The bot wrote:\n{self.log}")

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has written to stderr so far."""
        return _written(self._stderr)

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return _written(self._stdout)

    async def until(self, event: Awaitable[T]) -> T:
        """Wait for something that the bot brings about; fails at once if it ends instead."""
        happening = asyncio.ensure_future(event)
        while not happening.done():
            running = self._process.poll() is None
            await asyncio.wait([happening], timeout=0.1)
            if not running and not happening.done():
                happening.cancel()
                raise AssertionError(f"the bot ended with exit code {self._process.poll()}")
        return happening.result()

    async def ended(self, patience: float | None = PATIENCE) -> Finished:
        """Wait until it ends by itself, for so many seconds, None: for ever."""
        exit_code = await asyncio.to_thread(self._process.wait, patience)
        return Finished(exit_code, self.output, self.log)

    def terminate(self) -> None:
        """Tell it to stop, as a service manager does."""
        self._process.terminate()

    async def kill(self) -> Finished:
        """Stop it as a power cut does; no effect if it has ended."""
        self._process.kill()
        return await self.ended()


def _written(file: Path, encoding: str = "utf-8") -> str:
    return file.read_text(encoding=encoding)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(settings: dict[str, str]) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONUTF8": "1", **settings}
