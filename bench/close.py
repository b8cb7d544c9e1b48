"""From the click on ✕ to the end of the process, whatever the sources do at that moment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import psutil

from bench.report import Figure

BAR_S = 2.0
WORDS = {
    "quiet": "nothing but live values",
    "start": "during two starts that hang",
    "browse": "while a large name space is read",
    "reconnect": "with a lost source and a killed worker",
    "bulk": "in the middle of a bulk write",
    "hang": "with a driver that hangs",
}


@dataclass(frozen=True, slots=True)
class Closed:
    seconds: float
    code: int
    left: int  # worker processes that are still there
    stderr: str


def closed(state: str) -> Closed:
    """Close a window in a state of :mod:`bench.closing`."""
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "TAGWATCH_CONFIG_DIR": directory,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.closing", state],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        children = psutil.Process(process.pid).children(recursive=True) if line else []
        _, stderr = process.communicate(timeout=120)
        ended = time.monotonic()
        began = float(line.split()[1]) if line else ended
        _, left = psutil.wait_procs(children, timeout=0.5)
        for child in left:
            child.kill()
        return Closed(ended - began, process.returncode, len(left), stderr)


def run() -> list[Figure]:
    figures: list[Figure] = []
    for state, words in WORDS.items():
        runs = [closed(state) for _ in range(3)]
        wrong = [f"exit code {run.code}" for run in runs if run.code] + ["a process left" for run in runs if run.left]
        longest = max(run.seconds for run in runs)
        said = f"{longest:.2f} s" + (f", {', '.join(wrong)}" if wrong else "")
        figures.append(Figure(words, said, f"≤ {BAR_S:g} s", longest <= BAR_S and not wrong))
    return figures
