"""`.env` and the other users of the machine."""

import grp
import os
import pwd
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.env_file import pipe_deadline
from bot.settings import SettingsError, cautions, load_settings, setting_doubts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have no modes")

SECRET = "BOT_TOKEN=42:hush-hush\n"


@pytest.fixture
def shared_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the group of our files be one that others are in, too."""
    group = grp.struct_group(("staff", "x", os.getegid(), ["somebody"]))
    monkeypatch.setattr(grp, "getgrgid", lambda _: group)


@pytest.fixture
def private_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the group of our files be ours alone, as many systems make one for each user."""
    group = grp.struct_group((pwd.getpwuid(os.geteuid()).pw_name, "x", os.getegid(), []))
    monkeypatch.setattr(grp, "getgrgid", lambda _: group)


def env_file(mode: int, text: str = SECRET) -> Path:
    """Write `.env` in the folder of the test."""
    file = Path(".env")
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file.absolute()


@pytest.mark.parametrize("mode", [0o602, 0o622, 0o666, 0o660])
def test_one_that_others_may_write_is_refused(shared_group: None, mode: int) -> None:
    """What another may have written is not read: the error names the file and the way out."""
    file = env_file(mode)

    with pytest.raises(SettingsError, match="chmod 600") as caught:
        load_settings()

    assert (2, True) == (caught.value.exit_code, str(file) in str(caught.value))


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o640])
def test_private_group(private_group: None, mode: int) -> None:
    """A group of one is nobody else: a file that it may write is as good as our own."""
    env_file(mode)

    assert [] == list(cautions(load_settings()))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("as_link", [False, True])
def test_one_of_a_stranger_is_refused(tmp_path: Path, *, as_link: bool) -> None:
    """A file that somebody else left in the working folder is not ours to read."""
    file = env_file(0o644)
    if as_link:
        file.rename(tmp_path / "ours")
        file.symlink_to(tmp_path / "ours")
    os.chown(file, 12345, 12345, follow_symlinks=False)

    with pytest.raises(SettingsError, match="belongs to another user") as caught:
        load_settings()

    assert str(file) in str(caught.value)


@pytest.mark.parametrize("mode", [0o622, 0o602])
def test_pipe_that_others_may_write(mode: int) -> None:
    """A pipe is read like a file, and so it is refused like one, without being opened."""
    os.mkfifo(".env")
    Path(".env").chmod(mode)

    with pytest.raises(SettingsError, match="chmod 600"):
        load_settings()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_pipe_of_a_stranger() -> None:
    """Neither is one read that somebody else has left."""
    os.mkfifo(".env")
    os.chown(".env", 12345, 12345)

    with pytest.raises(SettingsError, match="belongs to another user"):
        load_settings()


def test_pipe_of_our_own() -> None:
    """A password manager may hand out the settings by a pipe, and nothing is read from it twice."""
    os.mkfifo(".env", 0o600)
    writer = threading.Thread(target=Path(".env").write_text, args=(SECRET,), daemon=True)
    writer.start()
    settings = load_settings()
    writer.join()

    assert [] == list(cautions(settings))
    assert settings.bot_token is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_one_that_we_may_not_read() -> None:
    """A file that is kept from us is no traceback."""
    env_file(0o000)

    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings()


def test_pipe_that_nobody_writes_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever, nor without a word."""
    os.mkfifo(".env", 0o600)
    monkeypatch.setattr("bot.settings.pipe_deadline", partial(pipe_deadline, seconds=0.01))

    with pytest.raises(SettingsError, match="is a pipe, and nobody wrote into it within 30 s"):
        load_settings()


def test_folder_of_that_name() -> None:
    """A virtual environment called .env holds no settings."""
    Path(".env").mkdir(mode=0o777)
    Path(".env/pyvenv.cfg").touch()

    assert [] == list(cautions(load_settings()))


@pytest.mark.parametrize("make", [Path.mkdir, partial(Path.symlink_to, target="nowhere")])
def test_no_file(make: Callable[[Path], None]) -> None:
    """What Docker mounts for a file that is not there is named, and makes no new database."""
    make(Path(".env"))

    (doubt,) = setting_doubts()
    assert "/.env is no file, so no setting is read from it" in doubt
    assert [doubt] == list(cautions(load_settings()))


def test_nothing_on_purpose() -> None:
    """Whoever links /dev/null there wants no settings from a file."""
    Path(".env").symlink_to("/dev/null")

    assert [] == list(cautions(load_settings()))


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        (SECRET, 0o644, 1),
        (SECRET, 0o604, 1),
        (SECRET, 0o640, 1),
        (SECRET, 0o600, 0),
        ("webhook_secret=0123456789abcdef\n", 0o644, 1),
        ("DATABASE_URL=postgresql://u:hush@h/d\n", 0o644, 1),
        ("TELEGRAM_API_URL=https://u:hush@h\n", 0o644, 1),
        ("BOT_TOKEN=\nDATABASE_URL=postgresql://h:5432/d\nADMIN_IDS=1\n", 0o644, 0),
        ("# BOT_TOKEN=42:hush-hush\n", 0o644, 0),
    ],
)
def test_one_that_others_may_read(shared_group: None, text: str, mode: int, expected: int) -> None:
    """A file with a token or a password in it is warned of when others may read it."""
    env_file(mode, text)

    said = list(cautions(load_settings()))

    assert (expected, True) == (len(said), all("chmod 600" in one for one in said))
    assert "hush" not in str(said)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://api.example:8081", 1),
        ("http://127.0.0.1.example", 1),
        ("http://10.0.0.1", 1),
        ("https://api.example", 0),
        ("http://localhost:8081", 0),
        ("http://127.0.0.7:8081", 0),
        ("http://[::1]:8081", 0),
    ],
)
def test_token_on_its_way(address: str, expected: int) -> None:
    """A Bot API server elsewhere is warned of when the token travels there in the clear."""
    said = list(cautions(load_settings(telegram_api_url=address)))

    assert (expected, True) == (len(said), all("TELEGRAM_API_URL" in one for one in said))
