"""A watch list on registries that a test fills by hand."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

from app import commands as c
from app.batch import Event, EventBatch
from app.commands import Handle, ItemRow, ItemRows, Reply, TagProperties
from app.sessions.items import ItemRegistry
from app.values import EventKind, Value, item_key
from tests.helpers.clock import ManualClock
from ui.feed import FeedFrame
from ui.models.watch import WatchModel
from ui.models.watch_rows import Kind, Line, Row, Source
from ui.tagbook import UNKNOWN, TagAbout, TagBook
from ui.tagref import TagRef

EMPTY = FeedFrame([], [])


class Book(TagBook):
    """Knows what a test says."""

    def __init__(self, **known: TagAbout) -> None:
        super().__init__(self._nothing)
        self.told = known
        self.asked: list[str] = []

    async def _nothing(self, session_id: str, tag: str) -> TagProperties:
        raise AssertionError("nobody is asked")

    def about(self, session_id: str, tag: str) -> TagAbout:
        self.asked.append(tag)
        return self.known(session_id, tag)

    def known(self, session_id: str, tag: str) -> TagAbout:
        return self.told.get(tag, UNKNOWN)


def registry(*tags: str) -> ItemRegistry:
    made = ItemRegistry()
    made.track(c.Register("Tagwatch window"), Reply(payload=Handle(1)))
    rows = tuple([ItemRow(True, number + 1, tag) for number, tag in enumerate(tags)])
    made.track(c.SubscribeBulk(1, tags), Reply(payload=ItemRows(rows)))
    return made


class Watching:
    """A model whose tags are found in open sources; :meth:`come` makes values come, as a frame would."""

    def __init__(self, *tags: str, source: str = "Plant", **known: TagAbout) -> None:
        self.clock = ManualClock()
        self.book = Book(**known)
        self.sources: dict[str, Source] = {}
        self.model = WatchModel(self.book, self.clock, self.source, "List")
        self._sequence = 1
        self.open(source, *tags)

    def source(self, name: str) -> Source:
        return self.sources.setdefault(name, Source(name))

    def open(self, name: str, *tags: str) -> Source:
        source = self.source(name)
        source.items, source.live, source.session_id = registry(*tags), True, f"{name} {len(tags)}"
        self.bind()
        return source

    def close(self, name: str) -> None:
        source = self.source(name)
        source.items, source.live = None, False
        self.model.source_changed(source)

    def bind(self) -> None:
        keys = {
            name: {item.tag: item.key for item in source.items.all()}
            for name, source in self.sources.items()
            if source.items is not None
        }
        for link in self.model.links():
            if link.wants_item:
                key = keys[link.ref.source].get(link.ref.tag)
                link.lose("not found") if key is None else link.bind(key)
        self.model.rebound()

    def add(self, *lines: Line | str, source: str = "Plant") -> list[Row]:
        made = [line if isinstance(line, Line) else Line(Kind.TAG, TagRef(source, line)) for line in lines]
        rows = self.model.make(made)
        self.model.become([*self.model.state_of_rows(), *((row, row.line) for row in rows)])
        self.bind()
        return rows

    def key(self, tag: str, source: str = "Plant") -> int:
        items = self.source(source).items
        assert items is not None
        return next(item.key for item in items.all() if item.tag == tag)

    def come(self, source: str = "Plant", quality: int = 192, **values: Value) -> FeedFrame:
        """One frame with these values, at the clock's time."""
        return self.come_all([(tag, value, quality) for tag, value in values.items()], source)

    def come_all(self, values: Iterable[tuple[str, Value, int]], source: str = "Plant") -> FeedFrame:
        now = self.clock.utc_ns()
        events = [
            Event(self._sequence + i, EventKind.DATA_CHANGE, self.key(tag, source), value, quality, now, now)
            for i, (tag, value, quality) in enumerate(values)
        ]
        self._sequence += len(events)
        batch = EventBatch.of(events)
        of = self.source(source)
        assert of.items is not None
        of.items.apply([batch])
        frame = FeedFrame([(of.session_id, batch)], [])
        self.model.take(frame)
        return frame

    def column(self, column: int) -> list[Any]:
        """As the views show it."""
        for row in self.model.shown:
            row.refresh()
        return [self.model.index(number, column).data() for number in range(self.model.rowCount())]


def many(watching: Watching, count: int) -> EventBatch:
    """A value for each of the tags t0, t1 …, counting up from 0."""
    keys = [item_key(1, number + 1) for number in range(count)]
    times = array("q", [watching.clock.utc_ns()]) * count
    return EventBatch(1, array("Q", keys), array("d", range(count)), array("i", [192]) * count, times, times)
