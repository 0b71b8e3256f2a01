"""Real processes that cost a fork instead of an interpreter and its imports.

A fork server with everything imported stands by; each worker is a child of it, with engine,
event loop and connections of its own.
"""

import contextlib
import functools
import multiprocessing
from collections.abc import Callable
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
#: Seconds after which a worker that says nothing counts as hung.
PATIENCE = 60.0

_context = multiprocessing.get_context("forkserver")


class Worker:
    """A process that runs `target(connection, *arguments)`; leaving the block kills it."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        """Start the process. `target` must be a function of a module, for it goes by name."""
        self._connection, theirs = _context.Pipe()
        self._process = fork(target, theirs, *arguments)
        assert self._process.pid is not None
        self.pid = self._process.pid
        theirs.close()

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, whatever the test did."""
        self.kill()
        self._connection.close()
        self._process.close()

    def send(self, message: object) -> None:
        """Give the process something to receive."""
        self._connection.send(message)

    def receive(self) -> Any:
        """Return what the process says next; EOFError when it ended, TimeoutError when it hangs."""
        if not self._connection.poll(PATIENCE):
            raise TimeoutError(f"process {self.pid} said nothing for {PATIENCE:g} s")
        return self._connection.recv()

    def wait(self) -> int:
        """Wait for the end and return the exit code: minus the signal if it was killed."""
        self._process.join(PATIENCE)
        if self._process.exitcode is None:
            raise TimeoutError(f"process {self.pid} did not end within {PATIENCE:g} s")
        return self._process.exitcode

    def kill(self) -> int:
        """Send SIGKILL (no effect on a process that has ended) and return the exit code."""
        self._process.kill()
        return self.wait()


def fork(target: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """Start `target(*arguments)` in a process; it must be a function of a module."""
    _start_fork_server()
    process = _context.Process(target=target, args=arguments)
    process.start()
    return process


def race(count: int, target: Callable[..., None], *arguments: object) -> list[Any]:
    """Run `target(connection, barrier, *arguments)` in so many processes at the same moment.

    Returns the one message that each sends; all of them must end well.
    """
    barrier = _context.Barrier(count, timeout=PATIENCE)
    with contextlib.ExitStack() as stack:
        workers = [stack.enter_context(Worker(target, barrier, *arguments)) for _ in range(count)]
        messages = [worker.receive() for worker in workers]
        assert [0] * count == [worker.wait() for worker in workers]
    return messages


@functools.cache
def _start_fork_server() -> None:
    # Python 3.11 imports the preloaded modules with the server's own path, which starts with
    # the folder it is started in; a module that it cannot find it leaves out without a word.
    _context.set_forkserver_preload(
        ["pytest", "tests.support.children", "tests.support.forked_main"]
    )
    with contextlib.chdir(ROOT):
        forkserver.ensure_running()
