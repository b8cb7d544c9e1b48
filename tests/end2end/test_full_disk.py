"""A disk that is really full: a small file system of its own, filled to the last byte, with all of ours on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FULL = ("sh", "-c", 'mount -t tmpfs -o size=64k tmpfs "$0" && { cat /dev/zero > "$0/full" 2> /dev/null; exec "$@"; }')
#: A mount of one process' own, gone with it. Root needs no new user for it.
ALONE = ("unshare", "--mount") if sys.platform == "linux" and os.geteuid() == 0 else ("unshare", "-Urm")


@pytest.fixture(scope="module")
def alone() -> tuple[str, ...]:
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("mounts of a process' own are Linux'")
    tried = subprocess.run([*ALONE, *FULL, "/mnt", "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this system lets nobody mount here: {tried.stderr.strip()}")
    return ALONE


def run(alone: tuple[str, ...], disk: Path, line: str) -> subprocess.CompletedProcess[str]:
    """The line of shell on a full disk at $D, with every place of ours on it."""
    environment = {
        **os.environ, "D": str(disk), "PYTHON": sys.executable, "XDG_STATE_HOME": str(disk), "XDG_DATA_HOME": str(disk),
        "XDG_RUNTIME_DIR": "", "TAGWATCH_CONFIG_DIR": str(disk), "QT_QPA_PLATFORM": "offscreen",
    }  # fmt: skip
    assert_full = 'if echo x > "$D/probe" 2> /dev/null && [ -s "$D/probe" ]; then echo "not full"; exit 99; fi; '
    return subprocess.run(
        [*alone, *FULL, str(disk), "sh", "-c", assert_full + line],
        capture_output=True, text=True, cwd=ROOT, timeout=60, check=False, env=environment,
    )  # fmt: skip


@pytest.mark.clause("S10.4")
def test_logs_that_cannot_be_written_cost_no_value(alone: tuple[str, ...], tmp_path: Path) -> None:
    done = run(
        alone,
        tmp_path,
        '"$PYTHON" -m app watch sim Reactor Nope --count 2 2> "$D/log"; code=$?; wc -c < "$D/log"; exit $code',
    )
    *values, size = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert ["Reactor" in value or "Nope" in value for value in values] == [True, True]
    assert int(size) == 0, "the disk was full indeed"


def test_values_that_cannot_be_written_are_told(alone: tuple[str, ...], tmp_path: Path) -> None:
    done = run(alone, tmp_path, 'exec "$PYTHON" -m app watch sim Reactor > "$D/values"')
    assert done.stderr == "tagwatch: the values cannot be written: No space left on device\n"
    assert done.returncode == 6


def test_the_window_runs_and_closes_with_nowhere_to_keep_anything(alone: tuple[str, ...], tmp_path: Path) -> None:
    done = run(alone, tmp_path, 'exec "$PYTHON" -m ui --seconds 3')
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_certificate_that_cannot_be_kept_is_told_and_not_left_half(alone: tuple[str, ...], tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys; from asyncua.client.client import Client;"
        "from app.backends.opcua.certificates import own_certificate;"
        "asyncio.run(own_certificate(Client('opc.tcp://x:1'), pathlib.Path(sys.argv[1]) / 'opcua'))"
    )
    done = run(alone, tmp_path, f'"$PYTHON" -c "{code}" "$D"; ls -A "$D/opcua"')
    assert "CertificateNotKept" in done.stderr
    assert done.stderr.rstrip().endswith("No space left on device")
    assert done.stdout == "", "nothing is left there"
