"""Completions of writes and operations, for those who wait for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from app.batch import Event, EventBatch
from app.values import EventKind

_log = logging.getLogger(__name__)
_KINDS = (EventKind.WRITE_COMPLETE, EventKind.OPERATION_COMPLETE)

Heard = Callable[[Event], None]


class Completions:
    """Costs nothing while nobody listens, and nothing for batches without a completion."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Heard]] = {}

    def listen(self, key: int, heard: Heard) -> Callable[[], None]:
        """Every later completion of the item goes to ``heard``; returns what ends that."""
        self._waiting.setdefault(key, []).append(heard)

        def stop() -> None:
            listeners = self._waiting.get(key, [])
            if heard in listeners:
                listeners.remove(heard)
            if not listeners:
                self._waiting.pop(key, None)

        return stop

    def take(self, batches: Iterable[EventBatch]) -> None:
        if not self._waiting:
            return
        for batch in batches:
            for index, kind in enumerate(batch.kinds):
                if kind in _KINDS:
                    self._tell(batch.event(index))

    def _tell(self, event: Event) -> None:
        for heard in list(self._waiting.get(event.key, ())):
            try:
                heard(event)
            except Exception:
                _log.exception("a listener for completions failed")
