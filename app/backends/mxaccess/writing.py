"""Writes: listen first, wait for the type, one in flight for an item, and what comes of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from app.backends.base import ACCEPTED, DriverWrite, Outcome, Sink
from app.backends.mxaccess import variants
from app.backends.mxaccess.hresult import LmxError, hresult_words
from app.backends.mxaccess.items import Item, Items, forget, renew, tried
from app.backends.mxaccess.model import Lmx
from app.backends.mxaccess.options import MxAccessOptions
from app.backends.mxaccess.variants import Typed
from app.tasks import Clock, Timer, deadline, join, spawn
from app.values import Status, Timestamp, failed

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
_FINISH_S = 1.0
_TIMED_OUT = failed(1, category=3)
_WRONG_TYPE = failed(13, category=4, detected_by=0)
_REFUSED = failed(1009, detected_by=0)
_UNKNOWN = Status(0, -1, -1, 0)


class Owner(Protocol):
    """The driver, as its parts see it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def options(self) -> MxAccessOptions: ...
    @property
    def items(self) -> Items: ...
    @property
    def sink(self) -> Sink: ...
    async def call(self, work: Callable[[Lmx], _T]) -> _T: ...
    async def each(self, items: Sequence[Item], work: Callable[[Item, Lmx], object]) -> list[LmxError | None]: ...
    async def server(self, server_handle: int) -> int: ...
    async def renew(self, items: Sequence[Item]) -> int: ...
    async def register_anew(self) -> None: ...
    def told(self, error: LmxError) -> None: ...


class Writing:
    """Of one driver. A completion carries the item alone, so a second write of an item never begins before the end of
    the first."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._waiting: dict[int, asyncio.Task[None]] = {}  # key -> a write that waits for its tag's type
        self._pending: dict[int, Timer] = {}  # key -> until when a completion may follow one that said Pending
        self._left: dict[tuple[int, int], Item] = {}  # by server and handle: see leave
        self._forgetting: set[asyncio.Task[object]] = set()

    async def stop(self) -> None:
        for timer in self._pending.values():
            timer.cancel()
        self._pending.clear()
        self._left.clear()
        await join(*self._waiting.values(), *self._forgetting)

    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        ready: list[tuple[int, Item, Callable[[Lmx], None]]] = []
        for number, write in enumerate(writes):
            item = self._owner.items.get(write.key)
            if item is None:
                outcomes[number] = Outcome("the item is not there any more")
                continue
            if item.written is not None:
                await self._give_up(item)
            if not (item.listening and item.first.is_set()):
                item.written = asyncio.Event()
                self._waiting[item.key] = spawn(self._when_known(item, write), name=f"write {item.given.tag}")
                outcomes[number] = ACCEPTED
                continue
            try:
                ready.append((number, item, self._sender(item, write)))
            except ValueError as error:
                outcomes[number] = Outcome(f"{item.given.tag} cannot be written: {error}")
        if ready:
            outcomes |= await self._send(ready)
        return [outcomes[number] for number in range(len(writes))]

    async def _give_up(self, item: Item) -> None:
        """Whoever asked for the item's write has: it is neither sent any more nor taken for the next one. A completion
        that may still come finds nobody, as the item has a new handle."""
        item.written = None
        if (timer := self._pending.pop(item.key, None)) is not None:
            timer.cancel()
        sent = (waiting := self._waiting.get(item.key)) is None
        if waiting is not None:
            await join(waiting)
        if sent:
            self.leave(item)
        await renew(self._owner.each, self._owner.items, [item], leave=sent)

    async def renew(self, wanted: Sequence[Item]) -> int:
        """New handles after a loss, see :func:`app.backends.mxaccess.items.renew`. An item whose write was sent keeps
        the old one in MXAccess until the completion, which still counts."""
        each, items = self._owner.each, self._owner.items
        sent = [one for one in wanted if one.written is not None and one.handle and one.key not in self._waiting]
        for item in sent:
            self.leave(item)
        rest = [item for item in wanted if item not in sent]
        return await renew(each, items, rest) + await renew(each, items, sent, leave=True)

    # ---- items whose write nobody waits for any more

    def leave(self, item: Item) -> None:
        """MXAccess loses its footing when an item goes before the completion of its write: the handle stays until that
        comes, or until its server is unregistered."""
        self._left[item.server, item.handle] = replace(item)

    def left(self, server: int) -> None:
        """That server is unregistered, and its items with it."""
        for place in [place for place in self._left if place[0] == server]:
            del self._left[place]

    def came_late(self, server: int, handle: int, statuses: tuple[Status, ...]) -> bool:
        """Whether this completion was that of an item that was left; its handle goes now."""
        item = self._left.pop((server, handle), None)
        if item is None:
            return False
        now = self._owner.items.get(item.key)
        if now is not None and now.written is not None and now.written is item.written:
            self.completed(now, statuses)  # the item has a new handle, but its write is still waited for
        task = spawn(self._owner.each([item], forget), name=f"forget {item.given.tag}")
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)
        return True

    async def _send(self, ready: Sequence[tuple[int, Item, Callable[[Lmx], None]]]) -> dict[int, Outcome]:
        for _, item, _ in ready:
            item.written = asyncio.Event()

        def send(lmx: Lmx) -> list[LmxError | None]:
            return [tried(sender, lmx) for _, _, sender in ready]

        outcomes: dict[int, Outcome] = {}
        for (number, item, _), error in zip(ready, await self._owner.call(send), strict=True):
            if error is None:
                outcomes[number] = ACCEPTED
                continue
            item.written = None
            self._owner.told(error)
            words = f"{item.given.tag} was not written: {hresult_words(error.hresult)}"
            outcomes[number] = Outcome(words, error.hresult)
        return outcomes

    def _sender(self, item: Item, write: DriverWrite) -> Callable[[Lmx], None]:
        zone = self._owner.options.zone
        value = variants.typed(write.value, item.vt, zone)
        time: Typed | None = None
        if write.time_ns is not None:
            time = variants.typed(Timestamp(write.time_ns), variants.DATE, zone)
        user, verifier = write.user_id, write.verifier_id
        if write.secured:
            return lambda lmx: lmx.write_secured(item.server, item.handle, value, user, verifier or user, time)
        return lambda lmx: lmx.write(item.server, item.handle, value, user, time)

    async def _when_known(self, item: Item, write: DriverWrite) -> None:
        """The write of an item that has told nothing yet. It is accepted by now: what comes of it is its completion."""
        owner = self._owner
        try:
            if not item.listening:
                item.first.clear()  # one that was heard before: MXAccess takes no write before it tells a value anew
                await owner.call(lambda lmx: None if item.listening else item.listen(lmx, False))
            async with deadline(owner.clock, owner.options.first_data_s, "the type of the tag"):
                await item.first.wait()
            sender = self._sender(item, write)
            await owner.call(sender)
        except TimeoutError:
            self._ended(item, item.trouble or (_TIMED_OUT,))
        except ValueError as error:
            _log.warning("%s cannot be written: %s", item.given.tag, error)
            self._ended(item, (_WRONG_TYPE,))
        except LmxError as error:
            owner.told(error)
            self._ended(item, (_REFUSED,), error.hresult)
        finally:
            self._waiting.pop(item.key, None)

    # ---- ends

    def is_left(self, item: Item) -> bool:
        return (item.server, item.handle) in self._left

    def completed(self, item: Item, statuses: tuple[Status, ...]) -> None:
        """MXAccess told the end of the item's write, or that it is still Pending."""
        if item.written is None:
            _log.info("a completion came of %s, which has no write in flight", item.given.tag)
            return
        pending_s = self._owner.options.pending_s
        if statuses and statuses[0].ok and statuses[0].pending and pending_s and item.key not in self._pending:
            # Whether another follows is not known for every version: then that one counts, else this.
            self._pending[item.key] = self._owner.clock.call_later(pending_s, self._ended, item, statuses)
            return
        self._ended(item, statuses or (_UNKNOWN,))

    def _ended(self, item: Item, statuses: tuple[Status, ...], hresult: int | None = None) -> None:
        if (timer := self._pending.pop(item.key, None)) is not None:
            timer.cancel()
        written, item.written = item.written, None
        if written is not None:
            written.set()
            self._owner.sink.write_complete(item.key, statuses, hresult)

    async def finish(self, items: Sequence[Item]) -> None:
        """Before these items are removed: their writes may end within a second; then they are given up, and those that
        were sent have their handles left."""
        running = [item for item in items if item.written is not None]
        if not running:
            return
        try:
            async with deadline(self._owner.clock, _FINISH_S, "the writes in flight"):
                for item in running:
                    if item.written is not None:
                        await item.written.wait()
        except TimeoutError:
            unsent = {item.key: task for item in running if (task := self._waiting.get(item.key)) is not None}
            await join(*unsent.values())
            for item in running:
                if item.written is not None and item.key not in unsent:
                    self.leave(item)
                self._ended(item, (_TIMED_OUT,))
