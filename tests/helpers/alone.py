"""Programs with file systems of their own, gone with them: a full disk, a system that lacks a library."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What a script says when it may not mount: the test is skipped.
NOT_HERE = 77


def alone(script: str, *arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script of shell, with its arguments from $0 on. Skips the test where a user may not have mounts."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("mounts of a process' own are Linux'")
    apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    done = subprocess.run(
        [*apart, "sh", "-c", script, *arguments],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False, env={**os.environ, **environment},
    )  # fmt: skip
    if done.returncode == NOT_HERE or done.stderr.startswith("unshare:"):
        pytest.skip(f"this system lets nobody mount here: {done.stderr.strip()}")
    return done
