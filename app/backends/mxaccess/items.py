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
from app.values import Status


@dataclass(slots=True)
class Item:
    """``handle``: 0 while MXAccess knows none; ``listening``: advised at MXAccess, which a write needs as well;
    ``advised``: somebody wants its data. ``vt`` is the type of its last value, EMPTY until one came; ``trouble`` what
    came instead of one. ``written`` is there while a write is in flight."""

    given: DriverItem
    server: int
    handle: int = 0
    advised: bool = False
    listening: bool = False
    supervisory: bool = False
    suspended: bool = False
    vt: int = EMPTY
    trouble: tuple[Status, ...] = ()
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


#: Does ``work`` for every item on MXAccess's thread; what was refused, or None, in their order.
Each = Callable[[Sequence[Item], Callable[[Item, Lmx], object]], Awaitable[list[LmxError | None]]]


async def renew(each: Each, items: Items, wanted: Sequence[Item], *, leave: bool = False) -> int:
    """New handles for these items, in place of ones that are stale; how many were made and listen again. Each is known
    by its new handle before it is advised, so that its first value finds it. ``leave``: the old ones stay as they are
    in MXAccess."""
    for item in wanted:
        items.unbind(item)
    if not leave:
        # All of them before any is made: a platform that was started anew may count from 1 again, and then the old
        # handle of one is the new handle of another.
        await each(wanted, forget)
    errors = await each(wanted, _made)
    new = [item for item, error in zip(wanted, errors, strict=True) if error is None]
    made = [item for item in new if items.get(item.key) is item]
    await each([item for item in new if items.get(item.key) is not item], forget)  # removed meanwhile
    for item in made:
        item.first.clear()
        items.put(item)
    return sum(error is None for error in await each(made, _heard))


def tried(work: Callable[[Lmx], object], lmx: Lmx) -> LmxError | None:
    """What it was refused with, so that the others of a call go on; None where it was done."""
    try:
        work(lmx)
    except LmxError as error:
        return error
    return None


def forget(item: Item, lmx: Lmx) -> None:
    """Out of MXAccess, as far as it knows the handle."""
    if not item.handle:
        return
    with contextlib.suppress(LmxError):
        item.deafen(lmx)
    with contextlib.suppress(LmxError):
        lmx.remove_item(item.server, item.handle)


def _made(item: Item, lmx: Lmx) -> None:
    item.listening = False
    item.make(lmx)


def _heard(item: Item, lmx: Lmx) -> None:
    if item.advised or item.vt or item.written is not None:  # a write that waits for its type needs it, too
        item.listen(lmx, item.supervisory)
    if item.suspended:
        lmx.suspend(item.server, item.handle)
