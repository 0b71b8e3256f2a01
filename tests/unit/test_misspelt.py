"""Settings that were written and are read by nobody."""

from pathlib import Path

import pytest

from bot.settings import cautions, load_settings, setting_doubts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "A=1\n\nDATABASE_URL: sqlite:///hush\n",
            "line 3 of .env cannot be read, and DATABASE_URL",
        ),
        ('DATABASE_URL="sqlite:///hush\n', "line 1 of .env cannot be read, and DATABASE_URL"),
        ("DATABASE_URL sqlite:///hush\n", "line 1 of .env cannot be read, and DATABASE_URL"),
        ("export BOT_TOKEN\n", "line 1 of .env cannot be read, and BOT_TOKEN"),
        ("42:hush-hush\n", "line 1 of .env cannot be read: write"),
        ("# 1\nDATABASE_ULR=hush\n", "line 2 of .env has 'DATABASE_ULR', which is no setting"),
        ("DATABASE_UR=hush\n", "write DATABASE_URL"),
        ("DATABASE_URLS=hush\n", "write DATABASE_URL"),
        ("'BOT TOKEN'=hush\n", "write BOT_TOKEN"),
        ("HTTP-PORT=1\n", "write HTTP_PORT"),
        ("ADMIN_ID=1\n", "write ADMIN_IDS"),
        ('$env:DATABASE_URL="sqlite:///hush"\n', "write DATABASE_URL"),
        ("env:DATABASE_URL=hush\n", "write DATABASE_URL"),
        ("set DATABASE_URL=hush\n", "and DATABASE_URL is not set by it"),
        ("DATABASE_URL=\nDATABASE_ULR=hush\n", "write DATABASE_URL"),
        ("DATABASE_URL=\nDATABASE_URL: hush\n", "line 2 of .env cannot be read"),
    ],
)
def test_slip_in_the_file(text: str, said: str) -> None:
    """It is named by its line and what was meant, and its value is not repeated."""
    Path(".env").write_text(text, encoding="utf-8")
    Path(".env").chmod(0o600)

    (doubt,) = setting_doubts()

    assert said in doubt
    assert "hush" not in doubt
    assert [doubt] == list(cautions(load_settings()))


@pytest.mark.parametrize(
    "text",
    [
        "# DATABASE_URL: x\n\nBOT_TOKEN=42:x\nCOMPOSE_PROJECT_NAME=besitos\nPOSTGRES_PASSWORD=x\n",
        "\ufeffBOT_TOKEN=42:x\r\nLOG_LEVEL=INFO\r\n",
        "DATABASE_URL=sqlite:///x\nDATABASE_URLS=mine\n",
        "HTTPS_PORT=1\nTEXT='two\nlines'\nbot_token = 42:x\n",
        "",
    ],
)
def test_no_slip(text: str) -> None:
    """What is ours, and what is clearly another's, raises no doubt."""
    Path(".env").write_bytes(text.encode())

    assert [] == setting_doubts()


@pytest.mark.parametrize("name", ["DATABASE_ULR", "BOT_TOKEN ", "ADMIN-IDS"])
def test_slip_in_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What a container's settings name wrongly is found, too."""
    monkeypatch.setenv(name, "hush")

    (doubt,) = setting_doubts()

    assert f"the environment has '{name}', which is no setting" in doubt


@pytest.mark.parametrize("value", [" ", "\n", "\r\n"])
def test_blank_in_the_environment(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A secret that was made of nothing would hide the line of .env; an empty one does not."""
    Path(".env").write_text("DATABASE_URL=sqlite:///x\n", encoding="utf-8")
    Path(".env").chmod(0o600)
    monkeypatch.setenv("DATABASE_URL", value)
    (doubt,) = setting_doubts()
    monkeypatch.setenv("DATABASE_URL", "")

    assert "DATABASE_URL in the environment is blank" in doubt
    assert [] == setting_doubts()


@pytest.mark.parametrize("name", ["PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"])
def test_address_of_a_postgresql_that_is_not_used(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """PGHOST alone does not choose PostgreSQL, and whoever sets it may think so."""
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv(name, "db")
    assert [name] == [one.split()[0] for one in setting_doubts()]

    monkeypatch.setenv("DATABASE_URL", "sqlite:///x")
    assert [] == setting_doubts()
