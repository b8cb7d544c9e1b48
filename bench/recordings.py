"""Samples as plants have them, and plain rows of SQLite to compare with: what ``record`` and ``history`` stand on."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

T0 = 1_767_225_600 * 10**9  # 2026-01-01 UTC
SECOND = 10**9

#: Tag, source time, time of receipt, value, quality.
Row = tuple[int, int, int, Any, int]


def values(tag: int, count: int) -> NDArray[np.float64]:
    """Of four tags two are measured to two decimals, one is computed with all its digits, one is a state."""
    random = np.random.default_rng(tag)
    match tag % 4:
        case 0 | 1:
            return np.round(50 + np.cumsum(random.normal(0, 0.2, count)), 2)
        case 2:
            return 20 + np.cumsum(random.normal(0, 0.01, count))
        case _:
            return np.repeat(random.integers(0, 4, count // 50 + 1), 50)[:count].astype(np.float64)


def rows(path: Path, lines: Sequence[Row], *, index: bool, commit: int) -> None:
    """``commit`` of them at once (0 = all), with the index by which a stretch of a tag is found, or without one."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS samples "
            "(tag INTEGER, source INTEGER, receive INTEGER, value REAL, quality INTEGER)"
        )
        if index:
            database.execute("CREATE INDEX IF NOT EXISTS by_tag ON samples (tag, source)")
        step = commit or len(lines)
        for at in range(0, len(lines), step):
            database.execute("BEGIN")
            database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", lines[at : at + step])
            database.execute("COMMIT")
