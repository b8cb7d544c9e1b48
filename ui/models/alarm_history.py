"""What became of each alarm since the program was started, for its details."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from app.alarms.model import AlarmId, Change
from ui.alarm_words import change_words, state_words
from ui.format import full_text, iso_text
from ui.tagbook import TagAbout

_KEPT = 100


class AlarmHistory:
    """The newest hundred changes of each alarm; those of an alarm whose limit is gone are forgotten."""

    def __init__(self) -> None:
        self._changes: dict[AlarmId, deque[Change]] = {}

    def add(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.after is None:
                self._changes.pop(change.before.id, None)
            elif change.event is not None:
                self._changes.setdefault(change.now.id, deque(maxlen=_KEPT)).append(change)

    def rows(self, wanted: AlarmId, about: TagAbout, *, utc: bool) -> list[tuple[str, str]]:
        """When, and what; the newest first."""
        return [
            (iso_text(change.time_ns, utc), _words(change, about))
            for change in reversed(self._changes.get(wanted, deque[Change]()))
        ]


def _words(change: Change, about: TagAbout) -> str:
    alarm = change.now
    parts = [change_words(change, about) or state_words(alarm)]
    if alarm.raised_ns == change.time_ns:
        parts.append(f"{full_text(alarm.value, about.enumeration)[:200]} {about.unit}".strip())
    if alarm.comment and alarm.comment != change.before.comment:
        parts.append(alarm.comment)
    return "; ".join(parts)
