"""The process around one sample, which prints its seconds and peak memory as JSON."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def answer(samples: Mapping[str, Callable[[str], float]]) -> None:
    """Run the sample that the command line names, on the database that it names."""
    _, what, url = sys.argv
    seconds = samples[what](url)
    sys.stdout.write(json.dumps({"seconds": seconds, "peak_mib": _peak_mib()}))


def _peak_mib() -> float:
    # Not getrusage: on Linux its ru_maxrss starts at what the parent process had at the fork.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
