"""How panes speak of tags: by the name of the source, which outlives sessions; and tags dragged between panes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QMimeData

MIME = "application/x-tagwatch-tags"


@dataclass(frozen=True, slots=True, order=True)
class TagRef:
    """A tag of a source. ``source`` is the session's name: unique among open sessions, the same after a reopen."""

    source: str
    tag: str

    def __str__(self) -> str:
        return f"{self.source}:{self.tag}"


def to_mime(refs: Iterable[TagRef]) -> QMimeData:
    """For other panes as references; for other programs as text, a tag each line."""
    refs = list(refs)
    data = QMimeData()
    data.setData(MIME, json.dumps([[ref.source, ref.tag] for ref in refs]).encode())
    data.setText("\n".join(ref.tag for ref in refs))
    return data


def from_mime(data: QMimeData) -> list[TagRef]:
    """The references of a drag; empty where it has none of ours. Plain text is the receiver's to read."""
    if not data.hasFormat(MIME):
        return []
    try:
        pairs: Any = json.loads(bytes(data.data(MIME).data()))
        return [TagRef(str(source), str(tag)) for source, tag in pairs]
    except (ValueError, TypeError):  # another program may write what it likes under our name
        return []
