"""The command-line application: its commands, and the one place where every failure ends."""

import logging
import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from bot import __version__
from bot.cli import members, seed
from bot.cli.database import backup, move, restore, updates, wipe
from bot.cli.diagnostics import doctor, health
from bot.cli.epilog import INTERRUPTED, TERMINATED, epilog
from bot.cli.printing import prepare_output
from bot.cli.run import run, sandbox
from bot.errors import BesitosError
from bot.logs import redacted

logger = logging.getLogger(__name__)


class _Termination:
    """SIGTERM that ends a command as Ctrl-C does, and so leaves no half-made file behind.

    Without it the first process of a container ignores the signal.
    """

    def __init__(self) -> None:
        self.exit_code = INTERRUPTED

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.exit_code = TERMINATED
        interrupt = signal.getsignal(signal.SIGINT)
        if not callable(interrupt):  # whoever started us lets Ctrl-C pass us by
            interrupt = signal.default_int_handler
        interrupt(number, frame)


app = typer.Typer(
    help="Besitos: a Telegram community bot whose economy seeds itself on every start.",
    epilog=epilog(),
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(sandbox)
app.command()(health)
app.command()(doctor)
app.add_typer(seed.app, name="seed")
app.add_typer(members.app, name="member")
app.command()(updates)
app.command()(backup)
app.command()(restore)
app.command()(move)
app.command()(wipe)


def main() -> None:
    """Run the command line; every failure ends in one sentence on stderr."""
    prepare_output()
    termination = _Termination()
    signal.signal(signal.SIGTERM, termination)
    try:
        app()
    except BesitosError as error:
        logger.debug("the failure in full", exc_info=True)
        _end(str(error), error.exit_code)
    except SystemExit as ending:
        # Typer has turned a KeyboardInterrupt into this already.
        if ending.code != INTERRUPTED:
            raise
        _end("Interrupted; what was under way has been rolled back.", termination.exit_code)
    except Exception as error:
        if sentence := _about_a_file(error):
            logger.debug("the failure in full", exc_info=True)
            _end(sentence, 1)
        # The outermost boundary: whatever nobody foresaw is logged in full, and then said.
        logger.exception("unexpected failure")
        _end("Besitos stopped because of an unexpected failure; the log above has the details.", 1)


@app.callback()
def default(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Start the bot unless a command is given."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        run()


def _about_a_file(error: Exception) -> str | None:
    """Return what to do where the system does not let us have a file, or the working folder."""
    if not isinstance(error, OSError) or not (
        error.filename or isinstance(error, FileNotFoundError)
    ):
        return None
    where = error.filename or "the working folder"
    return (
        f"The system does not give us {where} ({error.strerror}); correct the name, or give the "
        "user of this program the file and its folder."
    )


def _end(sentence: str, exit_code: int) -> None:
    sys.stderr.write(f"{redacted(sentence)}\n")
    sys.exit(exit_code)
