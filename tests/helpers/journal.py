"""Files of the journal, as an earlier program left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.records.journal_file import SEVERITIES, Cells, JournalRow, JournalWriter, cell_of, create, name_of, sound

#: No program has this number.
DEAD = 2**22 + 7


def row(time_ns: int, kind: str = "data change", **cells: object) -> JournalRow:
    """``session`` is Plant where nothing else is said."""
    made = JournalRow(0, time_ns, "Plant", kind, "info")
    return replace(made, **cells)  # type: ignore[arg-type]


def keep(
    folder: Path,
    rows: Sequence[JournalRow],
    number: int = 1,
    *,
    pid: int = DEAD,
    closed: bool = True,
    begun_ns: int | None = None,
) -> Path:
    """A file with these rows, begun at the time of the first where nothing else is said."""
    begun_ns = begun_ns if begun_ns is not None else rows[0].time_ns if rows else 0
    path = folder / name_of(begun_ns, pid, number)
    create(path, rows[0].time_ns if rows else 0)
    writer = JournalWriter(path)
    for one in rows:
        value, other = cell_of(one.value) if one.has_value else (None, None)
        cells = Cells(
            one.time_ns, writer.word(one.session), writer.word(one.kind), SEVERITIES.index(one.severity),
            writer.word(one.tag) if one.tag else None, value, other, one.quality, one.source_ns, one.sequence,
            sound(one.detail) or None, one.more or None,
        )  # fmt: skip
        writer.add([cells], 1, one.time_ns, one.time_ns)
    if closed:
        writer.finish(rows[-1].time_ns if rows else 0)
    else:
        writer.commit(rows[-1].time_ns if rows else 0)
        writer.close()
    return path
