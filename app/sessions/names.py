"""Tags by item key, remembered: a log still tells the tag of an item that is gone."""

from __future__ import annotations

from collections.abc import Mapping

from app.batch import EventBatch
from app.sessions.items import ItemRegistry


class TagNames:
    """Learns from what comes, before anything else reads it. What it knows of a session only grows."""

    def __init__(self) -> None:
        self._items: dict[str, ItemRegistry] = {}
        self._tags: dict[str, dict[int, str]] = {}

    def know(self, session_id: str, items: ItemRegistry) -> None:
        self._items[session_id] = items

    def learn(self, session_id: str, batch: EventBatch) -> None:
        items = self._items.get(session_id)
        if items is None:
            return
        tags = self._tags.setdefault(session_id, {})
        for key in set(batch.keys).difference(tags):
            if (item := items.get(key)) is not None:
                tags[key] = item.tag

    def of(self, session_id: str) -> Mapping[int, str]:
        return self._tags.setdefault(session_id, {})

    def tag(self, session_id: str, key: int) -> str:
        """The tag; the item's handles where nothing is known of it."""
        tag = self._tags.get(session_id, {}).get(key)
        if tag is not None:
            return tag
        items = self._items.get(session_id)
        return "" if items is None else items.tag(key)
