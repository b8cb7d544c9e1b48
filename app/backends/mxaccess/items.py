"""An item of the driver, and the one of MXAccess that stands for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.backends.base import DriverItem
from app.backends.mxaccess.hresult import LmxError
from app.backends.mxaccess.model import Lmx
from app.backends.mxaccess.variants import EMPTY


@dataclass(slots=True)
class Item:
    """``listening``: advised at MXAccess, which a write needs as well; ``advised``: somebody wants its data. ``vt`` is
    the type of its last value, EMPTY until one came. ``written`` is there while a write is in flight."""

    given: DriverItem
    server: int
    handle: int = 0
    advised: bool = False
    listening: bool = False
    supervisory: bool = False
    suspended: bool = False
    vt: int = EMPTY
    first: asyncio.Event = field(default_factory=asyncio.Event)
    written: asyncio.Event | None = None

    @property
    def key(self) -> int:
        return self.given.key

    # ---- on MXAccess's thread

    def make(self, lmx: Lmx) -> None:
        given = self.given
        if given.buffered:
            self.handle = lmx.add_buffered_item(self.server, given.tag, given.context)
        elif given.context:
            self.handle = lmx.add_item2(self.server, given.tag, given.context)
        else:
            self.handle = lmx.add_item(self.server, given.tag)

    def listen(self, lmx: Lmx, supervisory: bool) -> None:
        if supervisory:
            lmx.advise_supervisory(self.server, self.handle)
        else:
            lmx.advise(self.server, self.handle)
        self.listening = True
        self.supervisory = supervisory

    def deafen(self, lmx: Lmx) -> None:
        if self.listening:
            self.listening = False
            lmx.unadvise(self.server, self.handle)


class Items:
    """By the loop's keys, and by the handles of MXAccess, which its events carry."""

    def __init__(self) -> None:
        self._by_key: dict[int, Item] = {}
        self._by_handle: dict[tuple[int, int], Item] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(list(self._by_key.values()))

    def __len__(self) -> int:
        return len(self._by_key)

    def get(self, key: int) -> Item | None:
        return self._by_key.get(key)

    def of(self, server: int, handle: int) -> Item | None:
        return self._by_handle.get((server, handle))

    def put(self, item: Item) -> None:
        self._by_key[item.key] = item
        self._by_handle[item.server, item.handle] = item

    def drop(self, item: Item) -> None:
        if self._by_key.get(item.key) is item:
            del self._by_key[item.key]
        self.unbind(item)

    def unbind(self, item: Item) -> None:
        """Its handle means nothing any more; the item stays."""
        if self._by_handle.get((item.server, item.handle)) is item:
            del self._by_handle[item.server, item.handle]


async def renew(
    call: Callable[[Callable[[Lmx], list[bool]]], Awaitable[list[bool]]], items: Items, wanted: Sequence[Item]
) -> int:
    """New handles for these items, in place of ones that are stale; how many were made and listen again. Each is known
    by its new handle before it is advised, so that its first value finds it."""
    for item in wanted:
        items.unbind(item)

    def make(lmx: Lmx) -> list[bool]:
        return [_remade(item, lmx) for item in wanted]

    def listen(lmx: Lmx) -> list[bool]:
        return [_heard(item, lmx) for item in made]

    made = [item for item, good in zip(wanted, await call(make), strict=True) if good and items.get(item.key) is item]
    for item in made:
        item.first.clear()
        items.put(item)
    return sum(await call(listen))


def _remade(item: Item, lmx: Lmx) -> bool:
    with contextlib.suppress(LmxError):  # a stale handle is refused
        item.deafen(lmx)
    with contextlib.suppress(LmxError):
        lmx.remove_item(item.server, item.handle)
    item.listening = False
    try:
        item.make(lmx)
    except LmxError:
        return False
    return True


def _heard(item: Item, lmx: Lmx) -> bool:
    try:
        if item.advised or item.vt:
            item.listen(lmx, item.supervisory)
        if item.suspended:
            lmx.suspend(item.server, item.handle)
    except LmxError:
        return False
    return True
