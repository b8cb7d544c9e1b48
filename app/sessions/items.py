"""The registry of a session's items: made from replies in one place, fed by batches, read by everybody."""

from __future__ import annotations

from dataclasses import dataclass

from app.values import split_key


@dataclass(frozen=True, slots=True)
class Item:
    """One registered item as it is now."""

    key: int
    tag: str
    context: str = ""
    buffered: bool = False
    advised: bool = False
    supervisory: bool = False
    suspended: bool = False

    @property
    def server_handle(self) -> int:
        return split_key(self.key)[0]

    @property
    def item_handle(self) -> int:
        return split_key(self.key)[1]
