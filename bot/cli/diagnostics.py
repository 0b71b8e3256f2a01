"""The health and doctor commands: whether the bot is ready, and what ails it."""

import asyncio
import http.client
import ipaddress
import json
from dataclasses import replace
from typing import Any, Final

import typer

from bot.cli.printing import print_json
from bot.cli.settings import AsJson
from bot.doctor import diagnose
from bot.errors import BesitosError
from bot.logs import redacted, setup_logging
from bot.settings import Settings, load_settings

#: Seconds that an answer may take; the bot itself takes at most two for it.
_PATIENCE: Final = 5.0
_LONGEST_ANSWER: Final = 10_000
#: What `GET /readyz` says then, whatever else answers 200 on that port.
_READY: Final = "ready"
#: Exit code of a doctor that has found something.
FINDINGS: Final = 3


class NotReady(BesitosError):
    """The bot does not run, or handles no updates now."""


def health(*, as_json: AsJson = False) -> None:
    """Ask the running bot whether it is ready: exit code 0 if it is, 1 with the reason if not."""
    settings = load_settings()
    try:
        _ask(settings)
    except NotReady as error:
        if as_json:
            print_json({"ready": False, "reason": str(error)})
        raise
    if as_json:
        print_json({"ready": True, "reason": None})
    else:
        typer.echo("ready")


def doctor(*, as_json: AsJson = False) -> None:
    """Look at token, rights, database, clock and settings; exit code 3 when something is wrong."""
    settings = load_settings()
    setup_logging(settings.model_copy(update={"log_level": "ERROR"}))
    found = asyncio.run(diagnose(settings))
    checks = [replace(check, sentence=redacted(check.sentence)) for check in found]
    wrong = [check for check in checks if not check.well]
    if as_json:
        print_json({"well": not wrong, "checks": [check.as_json() for check in checks]})
    else:
        for check in checks:
            mark = "ok" if check.well else "!!"
            typer.echo(f"{mark}  {check.area}: {check.sentence}")
    raise typer.Exit(FINDINGS if wrong else 0)


def _ask(settings: Settings) -> None:
    port = settings.listening_port
    if not port:
        raise NotReady(
            "The bot has no port to be asked at; set HTTP_PORT, such as 8080, and start it again."
        )
    host = reachable(settings.http_host)
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        body = response.read(_LONGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise NotReady(
            f"No bot answers at {where} ({why}); start it, or look into its log."
        ) from error
    finally:
        connection.close()
    answer = _answer(body)
    if response.status == http.HTTPStatus.OK and answer.get("status") == _READY:
        return
    if response.status == http.HTTPStatus.OK or not answer.get("reason"):
        raise NotReady(
            f"At {where} something else than a bot of this release listens; end it, or give the "
            "bot another HTTP_PORT."
        )
    raise NotReady(f"The bot at {where} is not ready: {answer['reason']}.")


def reachable(host: str) -> str:
    """Return the address by which this machine reaches what listens on `host`."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if isinstance(address, ipaddress.IPv4Address) else "::1"


def _answer(body: bytes) -> dict[str, Any]:
    """Return the document that a bot answers with; an empty one for what is none."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    return answer if isinstance(answer, dict) else {}
