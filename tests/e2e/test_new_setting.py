"""A new setting of the economy, made as docs/economy.md says, in a copy of the bot."""

import json
from pathlib import Path

from tests.support.new_setting import DEFAULT, add_setting
from tests.support.programs import ROOT, run

DAILY_GIFT = 50


def test_one_more_setting(tmp_path: Path) -> None:
    """One more setting is seeded, paid, shown in both languages and changed, by five files."""
    touched = add_setting(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path}/besitos.db"

    settings = {"DATABASE_URL": url, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    seeded = run(["main.py", "seed", "apply", "--json"], tmp_path, **settings)
    tried = run(["-m", "tests.support.new_setting", url], tmp_path, **settings)

    assert 5 == len(touched)
    assert 0 == seeded.exit_code, seeded.stderr
    assert 10 == json.loads(seeded.stdout)["seeds"][0]["counts"]["config"]["created"]
    assert {
        "gift": DAILY_GIFT + DEFAULT,
        "pages": {
            "es": ["⚙️ <b>Extra del regalo</b>", "<i>Se suma a cada regalo.</i>"],
            "en": ["⚙️ <b>Gift extra</b>", "<i>Added to each gift.</i>"],
        },
        "change": [DEFAULT, 1000],
    } == json.loads(tried.stdout or "null"), tried.stderr
