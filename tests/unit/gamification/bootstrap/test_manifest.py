"""Reading a manifest: the shipped one, and every way an operator's own can be wrong."""

from pathlib import Path
from unicodedata import normalize

import pytest

from bot.gamification.bootstrap.manifest import DEFAULTS, Manifest, ManifestError, load_manifest
from bot.gamification.bootstrap.seed import make_seed

SHIPPED = DEFAULTS.read_text(encoding="utf-8")


def fingerprint(manifest: Manifest) -> str:
    """Return what the marker knows the manifest's seed by."""
    return make_seed(manifest).fingerprint


def write(tmp_path: Path, text: str) -> Path:
    """Write an operator's manifest."""
    file = tmp_path / "seed.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_shipped_manifest(manifest: Manifest) -> None:
    """The shipped manifest is version 2 with the settings and rewards of the design."""
    rewards = {
        reward.key: (reward.name, reward.reward_type, reward.reward_value, reward.sort_order)
        for reward in manifest.rewards
    }

    assert 2 == manifest.version
    assert {
        "level_formula": "floor(sqrt(total_earned / 100)) + 1",
        "besitos_per_reaction": 5,
        "besitos_daily_gift": 50,
        "besitos_daily_streak_bonus": 10,
        "max_reactions_per_day": 20,
        "besitos_daily_base": 20,
        "besitos_streak_bonus_per_day": 2,
        "besitos_streak_bonus_max": 50,
        "timezone": "UTC",
    } == manifest.config.model_dump()
    assert {
        "primeros_pasos": ("Primeros Pasos", "BESITOS", {"amount": 10}, 0),
        "ahorrador_principiante": (
            "Ahorrador Principiante",
            "BADGE",
            {"badge_name": "ahorrador", "emoji": "💰"},
            1,
        ),
        "racha_7_dias": ("Racha de 7 Días", "BESITOS", {"amount": 50}, 2),
    } == rewards
    assert [
        [["FIRST_REACTION", None, 0]],
        [["TOTAL_POINTS", 100, 0]],
        [["STREAK_LENGTH", 7, 0]],
    ] == [fields["conditions"] for fields in manifest.values["rewards"].values()]
    assert {(False, False, 168)} == {
        (reward.is_repeatable, reward.is_secret, reward.claim_window_hours)
        for reward in manifest.rewards
    }


def test_manifest_of_before_knows_no_timezone(tmp_path: Path) -> None:
    """An operator's own one that was written for an earlier release goes on, with UTC."""
    before = load_manifest(write(tmp_path, SHIPPED.replace('timezone = "UTC"\n', "")))

    assert "UTC" == before.values["config"]["timezone"]


def test_fingerprint_ignores_formatting(tmp_path: Path, manifest: Manifest) -> None:
    """Comments, white space and the order of keys and rewards do not make another manifest."""
    first, *rewards = SHIPPED.split("[[rewards]]\n")
    reordered = "[[rewards]]\n".join(["# other\n\n" + first, *reversed(rewards)])

    assert fingerprint(manifest) == fingerprint(load_manifest(write(tmp_path, reordered)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version = 2", "version = 3"),
        ("besitos_per_reaction = 5", "besitos_per_reaction = 6"),
        ("condition_value = 7", "condition_value = 8"),
        ('emoji = "💰"', 'emoji = "💸"'),
    ],
)
def test_fingerprint_sees_each_value(
    tmp_path: Path, manifest: Manifest, before: str, after: str
) -> None:
    """A changed value is another manifest."""
    changed = load_manifest(write(tmp_path, SHIPPED.replace(before, after, 1)))

    assert fingerprint(manifest) != fingerprint(changed)


@pytest.mark.parametrize(
    ("before", "after", "place", "reason"),
    [
        ("version = 2", "version = 0", "version", "greater than or equal to 1"),
        ("version = 2", 'version = "1"', "version", "valid integer"),
        ("version = 2\n", "", "version", "it is missing"),
        ("besitos_daily_gift = 50\n", "", "config.besitos_daily_gift", "it is missing"),
        (
            "besitos_daily_gift",
            "besitos_daily_gfit",
            "config.besitos_daily_gfit",
            "there is no such name",
        ),
        ("per_reaction = 5", "per_reaction = -5", "config.besitos_per_reaction", "or equal to 0"),
        ("per_reaction = 5", "per_reaction = 5.5", "config.besitos_per_reaction", "valid integer"),
        ("per_reaction = 5", "per_reaction = true", "config.besitos_per_reaction", "valid integer"),
        ("floor(sqrt", "open(sqrt", "config.level_formula", "may not use"),
        ("floor(sqrt(total_earned / 100)) + 1", "-total_earned + 9", "level_formula", "falls"),
        ('"UTC"', '"Europe/Madird"', "config.timezone", "did you mean Europe/Madrid"),
        ('"UTC"', "5", "config.timezone", "valid string"),
        ("{ amount = 10 }", "{ amount = -10 }", "rewards[0]", "amount: .*or equal to 1"),
        ("{ amount = 10 }", "{ amonut = 10 }", "rewards[0]", "amount: it is missing"),
        ('"primeros_pasos"', '"racha_7_dias"', "", "two rewards have the key 'racha_7_dias'"),
        ('"Primeros Pasos"', '"Racha de 7 Días"', "", "two rewards have the name"),
        ('"TOTAL_POINTS"', '"MOON_PHASE"', "rewards[1].conditions[0].condition_type", "input"),
        (", condition_value = 100", "", "rewards[1].conditions[0]", "needs a condition_value"),
        (
            '[{ condition_type = "FIRST_REACTION" }]',
            "[]",
            "rewards[0].conditions",
            "write at least one",
        ),
        (
            '"FIRST_REACTION" }',
            '"FIRST_REACTION", condition_value = 1 }',
            "rewards[0].conditions[0]",
            "takes no condition_value",
        ),
        ('"BADGE"', '"CAR"', "rewards[1].reward_type", "BESITOS"),
        ("claim_window_hours = 168", "claim_window_hours = 0", "claim_window_hours", "equal to 1"),
        ("[config]", "[confg]", "confg", "there is no such name"),
        ("version = 2", "version = ", "", "not valid TOML"),
        pytest.param("version = 2", f"version = {'9' * 5000}", "", "not valid TOML", id="digits"),
        pytest.param("version = 2", f"x = {'[' * 5000}", "", "nested too deeply", id="brackets"),
        ('"Primeros Pasos"', '"Primeros\\u0000Pasos"', "rewards[0].name", "match pattern"),
        ('"Primeros Pasos"', '"  "', "rewards[0].name", "one character that can be seen"),
        ('"Primeros Pasos"', '"\\u200B\\u3164"', "rewards[0].name", "can be seen"),
        ('"Primeros Pasos"', '"Dos\\nlíneas"', "rewards[0].name", "no line ends"),
        ('"Primeros Pasos"', '"""Dos\nlíneas"""', "rewards[0].name", "no line ends"),
        ('"Primeros Pasos"', '"Dos\\u001B"', "rewards[0].name", "no control characters"),
        ('"Primeros Pasos"', '" racha de 7 DÍAS "', "", "two rewards have the name"),
        ('"Primeros Pasos"', '"Racha de 7\\u00A0Días"', "", "two rewards have the name"),
    ],
)
def test_wrong_manifest_is_refused(
    tmp_path: Path, before: str, after: str, place: str, reason: str
) -> None:
    """The error names the file, the key and the reason."""
    assert before in SHIPPED
    file = write(tmp_path, SHIPPED.replace(before, after, 1))

    with pytest.raises(ManifestError, match=f"(?i){reason}") as caught:
        load_manifest(file)

    assert str(file) in str(caught.value)
    assert place in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"FIRST_REACTION"', '"FOO"', r"condition_type: input should be 'FIRST_.*SPENT'\. Corr"),
        ("= 50\n", '= 50\n"a\\n\\u001b[31m" = 1\n', r"config\.'a\\n\\x1b\[31m': there is no"),
        ("= 50\n", f"= 50\n{'x' * 100_000} = 1\n", r"config\.x{64}: there is no such name"),
        ("[config]", "config = 5\n[texts]", r"config: write a table"),
        ('"UTC"', '"utc"', r"did you mean UTC\? Correct it"),
        ("racha_7_dias", "primeros_pasos", r"toml is wrong: two rewards have the key"),
    ],
)
def test_one_readable_sentence(tmp_path: Path, old: str, new: str, says: str) -> None:
    """What is wrong is told once, in one line, in words that need no knowledge of Python."""
    file = write(tmp_path, SHIPPED.replace(old, new, 1))

    with pytest.raises(ManifestError, match=says) as caught:
        load_manifest(file)

    assert "\n" not in str(caught.value)


def test_names_in_one_form(tmp_path: Path, manifest: Manifest) -> None:
    """A name saved decomposed, as a Mac may, or with blanks around it is the name it shows."""
    before, after = "Racha d\u00eda a d\u00eda", " Racha di\u0301a a di\u0301a "
    one, other = (
        load_manifest(write(tmp_path, SHIPPED.replace("Racha de 7 Días", name, 1)))
        for name in (before, after)
    )

    assert before == other.values["rewards"]["racha_7_dias"]["name"]
    assert fingerprint(one) == fingerprint(other) != fingerprint(manifest)


def test_mark_of_utf_8(tmp_path: Path, manifest: Manifest) -> None:
    """A file that begins with a byte order mark, as some editors save it, is read."""
    file = tmp_path / "seed.toml"
    file.write_bytes(SHIPPED.replace("\n", "\r\n").encode("utf-8-sig"))

    assert fingerprint(manifest) == fingerprint(load_manifest(file))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_other_encodings(tmp_path: Path, encoding: str) -> None:
    """A file in another encoding is refused in words that say how to save it."""
    file = tmp_path / "seed.toml"
    file.write_bytes(SHIPPED.replace("💰", "$").encode(encoding))

    with pytest.raises(ManifestError, match=r"not written in UTF-8: save the file as UTF-8"):
        load_manifest(file)


def test_manifest_that_is_no_text(tmp_path: Path) -> None:
    """A file of bytes is refused like any wrong manifest."""
    file = tmp_path / "seed.toml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ManifestError, match="not valid TOML"):
        load_manifest(file)


def test_missing_manifest(tmp_path: Path) -> None:
    """A file that is not there is said to be unreadable."""
    with pytest.raises(ManifestError, match="cannot be read"):
        load_manifest(tmp_path / "none.toml")


def test_texts_saved_decomposed_are_the_same_seed(tmp_path: Path) -> None:
    """A Mac may write each accent as a letter of its own: names, descriptions and badges."""
    file = tmp_path / "decomposed.toml"
    shipped = SHIPPED.replace('"ahorrador"', '"ahorrádor"')
    file.write_text(normalize("NFD", shipped), encoding="utf-8")
    composed = tmp_path / "composed.toml"
    composed.write_text(normalize("NFC", shipped), encoding="utf-8")

    assert fingerprint(load_manifest(composed)) == fingerprint(load_manifest(file))


def test_texts_of_other_languages_are_no_part_of_the_seed(
    tmp_path: Path, manifest: Manifest
) -> None:
    """They are shown, and stored nowhere: changing them is no new seed."""
    other = write(tmp_path, SHIPPED.replace('= "First Steps"', '= "Steps"'))

    assert "First Steps" == manifest.texts["en"]["Primeros Pasos"]
    assert "Steps" == load_manifest(other).texts["en"]["Primeros Pasos"]
    assert fingerprint(manifest) == fingerprint(load_manifest(other))
