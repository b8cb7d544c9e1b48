"""The registry of a session's items: made from replies in one place, fed by batches, read by everybody."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app import commands as c
from app.batch import EventBatch, Sample
from app.commands import Command, Handle, ItemRows, Reply, RestoredItem, RestoredServer
from app.sessions.latest import LatestValues
from app.values import item_key, split_key

#: The commands that change something here.
_TRACKED = frozenset(
    (
        c.Register,
        c.Unregister,
        c.SetBufferedUpdateInterval,
        c.AddItem,
        c.AddItem2,
        c.AddBufferedItem,
        c.RemoveItem,
        c.Advise,
        c.AdviseSupervisory,
        c.UnAdvise,
        c.Suspend,
        c.Activate,
        c.AddItemBulk,
        c.SubscribeBulk,
        c.RemoveItemBulk,
        c.UnsubscribeBulk,
        c.AdviseItemBulk,
        c.UnAdviseItemBulk,
    )
)
#: The newest changes of items are kept, so that who looks again need not compare all.
_CHANGES = 20_000
#: Latest values of keys that no reply has announced (yet): an item's first value may overtake its reply.
_EARLY = 10_000


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


@dataclass(slots=True)
class _Server:
    client_name: str
    buffered_interval_ms: int = 0


class ItemRegistry:
    """Items by key, with flags from replies and latest values from batches.

    ``version`` grows with every change of the set or of a flag, so that a view knows when to look again.
    """

    def __init__(self) -> None:
        self._items: dict[int, Item] = {}
        self._servers: dict[int, _Server] = {}
        self._by_tag: dict[tuple[int, str], list[int]] = {}  # (server handle, tag) -> keys
        self._latest = LatestValues()
        self._early: OrderedDict[int, tuple[Sample, int]] = OrderedDict()  # and its sequence
        self.version = 0
        self._changes: deque[tuple[int, int]] = deque(maxlen=_CHANGES)  # (version, key)

    # ---- reading

    def __len__(self) -> int:
        return len(self._items)

    def all(self) -> list[Item]:
        return list(self._items.values())

    def get(self, key: int) -> Item | None:
        return self._items.get(key)

    def find(self, server_handle: int, item_handle: int) -> Item | None:
        return self._items.get(item_key(server_handle, item_handle))

    def cached(self, server_handle: int, tag: str) -> Sample | None:
        """The newest value of an advised item of this server handle with this tag, where one has come."""
        for key in self._by_tag.get((server_handle, tag), ()):
            item = self._items[key]
            if not item.advised or item.suspended or item.context:  # in a context the address is another one
                continue
            if (found := self._latest.sample(key)) is not None:
                return found
        return None

    def sample(self, key: int) -> Sample | None:
        """The newest event's value, quality and times; None before the first."""
        return self._latest.sample(key)

    def sequence(self, key: int) -> int:
        """The newest event's sequence: another one than before tells that an event has come. 0 before the first."""
        return self._latest.sequence(key)

    def changed_since(self, version: int) -> list[int] | None:
        """Keys of the items that were added, changed or removed after ``version``, each once, the latest last; None
        where that is too long ago: then compare all."""
        if version >= self.version:
            return []
        if not self._changes or self._changes[0][0] > version + 1:
            return None
        keys: dict[int, None] = {}
        for changed, key in reversed(self._changes):
            if changed <= version:
                break
            if key:
                keys[key] = None
        return list(reversed(keys))

    def tag(self, key: int) -> str:
        """The item's tag address; for a key that is not registered, its handles."""
        item = self._items.get(key)
        return item.tag if item is not None else "#{}/{}".format(*split_key(key))

    def servers(self) -> dict[int, str]:
        """Server handle -> client name."""
        return {handle: server.client_name for handle, server in self._servers.items()}

    @property
    def advised(self) -> int:
        return sum(item.advised for item in self._items.values())

    # ---- events

    def apply(self, batches: Sequence[EventBatch]) -> None:
        """Keep the newest value of each item; completions carry none and are left out."""
        for batch, strangers in self._latest.apply(batches):
            self._set_early_aside(batch, strangers)

    def _set_early_aside(self, batch: EventBatch, strangers: list[int]) -> None:
        for i in strangers[-_EARLY:]:
            key = batch.keys[i]
            sample = Sample(batch.values[i], batch.qualities[i], batch.source_times[i], batch.worker_times[i])
            self._early[key] = sample, batch.first_sequence + i
            self._early.move_to_end(key)
        while len(self._early) > _EARLY:
            self._early.popitem(last=False)

    # ---- replies

    def track(self, command: Command, reply: Reply) -> None:
        """Take over what a command with an Ok reply has changed; other replies change nothing."""
        if type(command) not in _TRACKED or not reply.ok:
            return
        match command:
            case c.Register():
                if isinstance(reply.payload, Handle):
                    self._servers[reply.payload.handle] = _Server(command.client_name)
                    self._note(0)
            case c.Unregister():
                self._unregister(command.server_handle)
            case c.SetBufferedUpdateInterval():
                if (server := self._servers.get(command.server_handle)) is not None:
                    server.buffered_interval_ms = command.interval_ms
            case c.AddItem() | c.AddItem2() | c.AddBufferedItem():
                self._track_added(command, reply)
            case c.RemoveItem():
                self._remove(item_key(command.server_handle, command.item_handle))
            case c.Advise() | c.AdviseSupervisory() | c.UnAdvise() | c.Suspend() | c.Activate():
                self._track_flags(command)
            case c.AddItemBulk() | c.SubscribeBulk() | c.RemoveItemBulk() | c.UnsubscribeBulk():
                self._track_rows(command, reply)
            case c.AdviseItemBulk() | c.UnAdviseItemBulk():
                self._track_rows(command, reply)
            case _:
                pass

    def _track_added(self, command: c.AddItem | c.AddItem2 | c.AddBufferedItem, reply: Reply) -> None:
        if isinstance(reply.payload, Handle):
            context = "" if isinstance(command, c.AddItem) else command.context
            key = item_key(command.server_handle, reply.payload.handle)
            self._add(Item(key, command.tag, context, isinstance(command, c.AddBufferedItem)))

    def _track_flags(self, command: c.Advise | c.AdviseSupervisory | c.UnAdvise | c.Suspend | c.Activate) -> None:
        key = item_key(command.server_handle, command.item_handle)
        match command:
            case c.Advise() | c.AdviseSupervisory():
                self._change(key, advised=True, supervisory=isinstance(command, c.AdviseSupervisory))
            case c.UnAdvise():
                self._change(key, advised=False, supervisory=False, suspended=False)
            case c.Suspend() | c.Activate():
                self._change(key, suspended=isinstance(command, c.Suspend))

    def _track_rows(
        self,
        command: c.AddItemBulk
        | c.SubscribeBulk
        | c.RemoveItemBulk
        | c.UnsubscribeBulk
        | c.AdviseItemBulk
        | c.UnAdviseItemBulk,
        reply: Reply,
    ) -> None:
        if not isinstance(reply.payload, ItemRows):
            return
        for row in reply.payload.rows:
            if not row.success:
                continue
            key = item_key(command.server_handle, row.item_handle)
            match command:
                case c.AddItemBulk() | c.SubscribeBulk():
                    self._add(Item(key, row.tag, advised=isinstance(command, c.SubscribeBulk)))
                case c.RemoveItemBulk() | c.UnsubscribeBulk():
                    self._remove(key)
                case c.AdviseItemBulk():
                    self._change(key, advised=True, supervisory=False)
                case c.UnAdviseItemBulk():
                    self._change(key, advised=False, supervisory=False, suspended=False)

    def _add(self, item: Item) -> None:
        if item.item_handle == 0 or not item.tag.strip():
            return
        if item.key not in self._items:
            self._by_tag.setdefault((item.server_handle, item.tag), []).append(item.key)
        self._items[item.key] = item
        self._latest.add(item.key)
        if (early := self._early.pop(item.key, None)) is not None:
            self._latest.put(item.key, *early)
        self._note(item.key)

    def _note(self, key: int) -> None:
        """0 = a change of servers alone."""
        self.version += 1
        self._changes.append((self.version, key))

    def _change(self, key: int, **flags: bool) -> None:
        if (item := self._items.get(key)) is not None:
            self._items[key] = replace(item, **flags)
            self._note(key)

    def _remove(self, key: int) -> None:
        if (item := self._items.pop(key, None)) is not None:
            same_tag = self._by_tag[item.server_handle, item.tag]
            same_tag.remove(key)
            if not same_tag:
                del self._by_tag[item.server_handle, item.tag]
            self._latest.remove(key)
            self._note(key)

    def _unregister(self, server_handle: int) -> None:
        for key in [key for key in self._items if key >> 32 == server_handle]:
            self._remove(key)
        self._latest.forget_server(server_handle)
        if self._servers.pop(server_handle, None) is not None:
            self._note(0)

    # ---- restart

    def restore_command(self) -> c.Restore:
        """What a new worker needs so that every handle means what it meant."""
        return c.Restore(
            tuple(
                RestoredServer(handle, server.client_name, server.buffered_interval_ms)
                for handle, server in self._servers.items()
            ),
            tuple(
                RestoredItem(
                    item.server_handle,
                    item.item_handle,
                    item.tag,
                    item.context,
                    item.buffered,
                    item.advised,
                    item.supervisory,
                    item.suspended,
                )
                for item in self._items.values()
            ),
        )
