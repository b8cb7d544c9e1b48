"""Events of the other Tagwatch as reports of this worker's driver, under the worker's own keys."""

from __future__ import annotations

from collections.abc import Iterable

from app.backends.base import Sink
from app.backends.gateway.remote import RemoteItem
from app.batch import EventBatch
from app.values import (
    NO_TIME,
    QUALITY_COMMUNICATION_FAILURE,
    QUALITY_CONFIGURATION_ERROR,
    EventKind,
    Value,
    failed,
)

#: The connection, or events, went while the write was on its way: it may have been done.
_NO_ANSWER = failed(5, category=3)
_REFUSED = failed(6, category=4)


class Events:
    """What each item had last, and which of them wait for a value while nothing comes."""

    def __init__(self, sink: Sink, by_remote: dict[int, RemoteItem]) -> None:
        self._sink = sink
        self._by_remote = by_remote
        self._latest: dict[int, tuple[Value, int, int]] = {}  # key -> value, quality, source time
        self._dark: set[int] = set()  # told as lost, and nothing has come since
        self._writing: set[int] = set()

    def forget(self, keys: Iterable[int]) -> None:
        for key in keys:
            self._latest.pop(key, None)
            self._dark.discard(key)
            self._writing.discard(key)

    # ---- what comes

    def take(self, batch: EventBatch) -> None:
        by_remote = self._by_remote
        found = [by_remote.get(key) for key in batch.keys]
        if batch.kinds or batch.details or None in found:
            self._take_single(batch)
            return
        keys = [item.key for item in found if item is not None]
        rows = zip(batch.values, batch.qualities, batch.source_times, strict=True)
        self._latest.update(zip(keys, rows, strict=True))
        if self._dark:
            self._dark.difference_update(keys)
        self._sink.columns(keys, batch.values, batch.qualities, batch.source_times)

    def _take_single(self, batch: EventBatch) -> None:
        for event in batch:
            item = self._by_remote.get(event.key)
            if item is None:  # another client's
                continue
            statuses = event.detail.statuses
            if event.kind is EventKind.WRITE_COMPLETE:
                self._writing.discard(item.key)
                self._sink.write_complete(item.key, statuses, event.detail.hresult)
            elif event.kind is EventKind.OPERATION_COMPLETE:
                self._sink.operation_complete(item.key, statuses)
            else:
                self._latest[item.key] = (event.value, event.quality, event.source_time)
                self._dark.discard(item.key)
                self._sink.data(
                    item.key,
                    event.value,
                    event.quality,
                    event.source_time,
                    kind=event.kind,
                    statuses=statuses,
                    data_type=event.detail.data_type,
                )

    # ---- what does not come

    def darken(self, items: Iterable[RemoteItem], now_ns: int) -> None:
        """The connection is lost: their last values stay, marked as bad."""
        for item in items:
            if item.advised and item.key not in self._dark:
                self._dark.add(item.key)
                value = self._latest.get(item.key, (None, 0, NO_TIME))[0]
                self._sink.data(item.key, value, QUALITY_COMMUNICATION_FAILURE, now_ns)

    def lighten(self) -> None:
        """It is back and nothing was missed: what has not changed meanwhile is as it was."""
        for key in list(self._dark):
            if (last := self._latest.get(key)) is not None:
                self._dark.discard(key)
                self._sink.data(key, *last)

    def refused(self, item: RemoteItem) -> None:
        """The other side does not take it."""
        self._dark.discard(item.key)
        self._sink.data(item.key, None, QUALITY_CONFIGURATION_ERROR, NO_TIME, statuses=(_REFUSED,))

    # ---- writes

    def writing(self, key: int) -> None:
        self._writing.add(key)

    def not_writing(self, key: int) -> None:
        self._writing.discard(key)

    def end_writes(self) -> None:
        """Their ends cannot come any more."""
        for key in list(self._writing):
            self._writing.discard(key)
            self._sink.write_complete(key, (_NO_ANSWER,))
