"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """What was found in one area, in a sentence; one that is not well says what to do."""

    area: str
    sentence: str
    well: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {"area": self.area, "well": self.well, "sentence": self.sentence}
