"""deploy/: what can be known of it without a container engine, a cluster or a Grafana."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot import __version__
from bot.cli.main import app
from bot.monitoring.metrics import Metrics
from bot.settings import Settings
from tests.support.project import PYPROJECT, ROOT, supported_pythons

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
KUBERNETES = {
    one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
}
UNIT = (DEPLOY / "besitos.service").read_text("utf-8")
CONTAINER = KUBERNETES["Deployment"]["spec"]["template"]["spec"]["containers"][0]
#: What does not belong to the bot: PostgreSQL's client, the interpreter and matplotlib.
FOREIGN = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "MPLCONFIGDIR"}
#: Prometheus's own, which stands for a target that does not answer.
UP = "up"
_NAME = re.compile(r"\b(?:besitos|process)_\w+|\bup\b(?=\{)")


def settings_of(names: set[str]) -> set[str]:
    """Return those that are no settings of the bot."""
    return {name for name in names - FOREIGN if name.lower() not in Settings.model_fields}


def test_versions_are_this_release() -> None:
    """Every image and label has the version of the package."""
    tags = re.findall(r"besitos:(\d\S*)|image\.version=\"(.+?)\"", DOCKERFILE)

    assert {__version__} == {tag or label for tag, label in tags}
    assert f"besitos:{__version__}" == COMPOSE["services"]["bot"]["image"] == CONTAINER["image"]


def test_image_is_built_of_what_there_is() -> None:
    """Each file that is copied exists, is let into the context, and Python is one of ours."""
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8")
    copied = {
        name
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        for name in line.split()
    }

    assert {"bot", "sandbox", "main.py", "alembic.ini", "requirements.txt"} == copied
    assert [] == [name for name in copied if not (ROOT / name).exists()]
    assert copied == set(re.findall(r"^!(.+)$", ignored, re.MULTILINE))
    assert {supported_pythons()[-1]} == set(re.findall(r"FROM python:([\d.]+)-slim", DOCKERFILE))
    assert 2 == DOCKERFILE.count("FROM ")


def test_image_runs_as_nobody_special() -> None:
    """It has no root, a volume that is its own, and a health check that exists."""
    commands = [json.loads(found) for found in re.findall(r"CMD (\[.+\])", DOCKERFILE)]
    (user,) = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)

    assert [["python", "/app/main.py", "health"], ["python", "/app/main.py"]] == commands
    assert "COPY main.py alembic.ini /app/\n" in DOCKERFILE
    assert CONTAINER["securityContext"]["readOnlyRootFilesystem"]
    pod = KUBERNETES["Deployment"]["spec"]["template"]["spec"]["securityContext"]
    assert (True, int(user)) == (pod["runAsNonRoot"], pod["runAsUser"])
    assert f"--uid {user} " in DOCKERFILE
    assert "VOLUME /data" in DOCKERFILE


def test_commands_exist() -> None:
    """The health check and the service's program are commands of the bot."""
    runner = CliRunner()

    assert 0 == runner.invoke(app, ["health", "--help"]).exit_code
    assert 0 == runner.invoke(app, ["run", "--help"]).exit_code
    assert ["/opt/besitos/bin/besitos run"] == re.findall(r"^ExecStart=(.+)$", UNIT, re.MULTILINE)
    assert "besitos" in PYPROJECT["project"]["scripts"]


def test_settings_exist() -> None:
    """Every variable that the bot gets is a setting."""
    in_image = set(re.findall(r"([A-Z_]+)=", DOCKERFILE.partition("ENV ")[2].partition("USER")[0]))
    in_cluster = {*KUBERNETES["Secret"]["stringData"], *KUBERNETES["ConfigMap"]["data"]}

    assert set() == settings_of(in_image)
    assert set() == settings_of(set(COMPOSE["services"]["bot"]["environment"]))
    assert set() == settings_of(in_cluster)


def test_settings_reach_the_bot() -> None:
    """What is in .env is the bot's, but for where its database is and where the image listens."""
    bot = COMPOSE["services"]["bot"]
    (port,) = bot["ports"]
    settled = {"DATABASE_URL", "HTTP_HOST", "HTTP_PORT"}

    assert ROOT / ".env" == (DEPLOY / bot["env_file"]).resolve()
    assert settled == {
        name for name, value in bot["environment"].items() if f"${{{name}" not in value
    }
    assert port.endswith(f":{bot['environment']['HTTP_PORT']}")
    assert "0.0.0.0" == bot["environment"]["HTTP_HOST"]


def test_stop_has_its_time() -> None:
    """Nobody kills the bot in the 10 seconds that a stop may take."""
    grace = [
        int(COMPOSE["services"]["bot"]["stop_grace_period"].removesuffix("s")),
        int(re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.MULTILINE)[0]),
        KUBERNETES["Deployment"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"],
    ]

    assert [] == [seconds for seconds in grace if seconds <= 10]


def test_probes_ask_paths_that_are_served() -> None:
    """The cluster asks what the application answers."""
    served = "".join(path.read_text("utf-8") for path in (ROOT / "bot/monitoring").glob("*.py"))
    for probe in ("livenessProbe", "readinessProbe"):
        path = CONTAINER[probe]["httpGet"]["path"].partition("?")[0]
        assert f'"{path}"' in served
    (port,) = CONTAINER["ports"]
    assert f"PORT={port['containerPort']}\n" in DOCKERFILE


def test_secrets_are_empty() -> None:
    """Nothing that could be somebody's token is in the manifests."""
    assert "" == KUBERNETES["Secret"]["stringData"]["BOT_TOKEN"]
    assert not re.search(
        r"\d+:[A-Za-z0-9_-]{20,}", "".join(one.read_text("utf-8") for one in DEPLOY.iterdir())
    )


def test_backup_script_is_one() -> None:
    """The loop is what a shell can read."""
    (script,) = COMPOSE["services"]["backups"]["command"]
    done = subprocess.run(
        ["/bin/sh", "-n"],
        input=script.replace("$$", "$"),
        text=True,
        capture_output=True,
        check=False,
    )

    assert (0, "") == (done.returncode, done.stderr)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_service_is_one(tmp_path: Path) -> None:
    """Systemd understands each line, and finds it hardened."""
    unit = tmp_path / "besitos.service"
    unit.write_text(UNIT.replace("/opt/besitos/bin/besitos", sys.executable))
    verified = analyze("verify", "--man=no", str(unit))
    secure = analyze("security", "--offline=true", "--threshold=20", str(unit))

    assert (0, "") == (verified.returncode, verified.stderr)
    assert 0 == secure.returncode


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze."""
    return subprocess.run(
        ["systemd-analyze", *arguments], text=True, capture_output=True, check=False
    )


@pytest.mark.parametrize("name", ["grafana.json", "alerts.yaml"])
def test_figures_exist(name: str) -> None:
    """Dashboard and alerts ask for nothing that /metrics does not have."""
    document = yaml.safe_load((DEPLOY / name).read_text("utf-8"))
    asked = {found for text in expressions(document) for found in _NAME.findall(text)}

    assert asked
    assert set() == asked - figures() - {UP}


def test_every_figure_is_shown_or_watched() -> None:
    """What nobody looks at need not be counted."""
    shown = "".join((DEPLOY / name).read_text("utf-8") for name in ("grafana.json", "alerts.yaml"))
    ours = {family.name for family in Metrics().registry.collect() if "besitos" in family.name}

    assert set() == {name for name in ours if name not in shown}


def figures() -> set[str]:
    """Return the names of all that is shown."""
    metrics = Metrics()
    metrics.bootstrap.info({"outcome": "seeded"})
    return {sample.name for family in metrics.registry.collect() for sample in family.samples}


def expressions(document: Any) -> list[str]:
    """Return what stands under `expr`, wherever."""
    if isinstance(document, list):
        return [text for one in document for text in expressions(one)]
    if not isinstance(document, dict):
        return []
    own = [document["expr"]] if "expr" in document else []
    return own + [text for one in document.values() for text in expressions(one)]
