"""A new setting of the economy, made as docs/economy.md says, in a copy of the bot."""

import json
from pathlib import Path

from tests.support.new_setting import DEFAULT, add_setting
from tests.support.programs import ROOT, run_main

DAILY_GIFT = 50
TRYING = 'import runpy; runpy.run_module("tests.support.new_setting", run_name="__main__")'


def test_one_more_setting(tmp_path: Path) -> None:
    """One more setting is seeded, paid, shown in both languages and changed, by five files."""
    touched = add_setting(tmp_path)
    url = f"sqlite+aiosqlite:///{tmp_path}/besitos.db"

    trying = tmp_path / "trying.py"
    trying.write_text(TRYING)
    main = tmp_path / "main.py"
    seeded = run_main(tmp_path, "seed", "apply", "--json", program=main, DATABASE_URL=url)
    tried = run_main(tmp_path, url, program=trying, PYTHONPATH=str(ROOT))

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
