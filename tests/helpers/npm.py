"""Packages of npm for tests: installed on demand beside the checkout, from a lock file."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import platformdirs
import pytest


def installed(folder: Path, name: str, files: Sequence[str]) -> Path:
    """A directory with the packages of ``folder``'s lock file and copies of ``files``; skips the test where node or its
    registry is not to be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not installed")
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:16]
    place = platformdirs.user_cache_path("tagwatch-tests", appauthor=False) / f"{name}-{digest}"
    if not (place / "complete").exists():
        place.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(folder / file, place)
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=place,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"{name} cannot be installed: {done.stderr.strip()[-200:]}")
        (place / "complete").touch()
    for file in files:
        shutil.copy(folder / file, place)
    return place
