"""What a backend is: a :class:`Driver` that knows one kind of source, and the :class:`Sink` it reports to.

Handles, bulk rows, correlation, batching and backlog belong to the worker's command loop, which is the same for every
source. A driver sees items as keys (server handle << 32 | item handle) and reports what happens to them under the same
keys. Driver and loop share one asyncio loop; a driver with threads hands over by ``call_soon_threadsafe``.
Standard library only: a backend brings its own client library and nothing else.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.commands import BrowsePage, HistoryPage, HistoryRead, Playback, TagProperties
from app.values import NO_TIME, DataType, EventKind, Fault, Status, Value


@dataclass(frozen=True, slots=True)
class DriverItem:
    """An item as the driver gets it. Supervisory and suspended are told by later calls."""

    key: int
    tag: str
    context: str = ""
    buffered: bool = False


@dataclass(frozen=True, slots=True)
class DriverWrite:
    """One write. ``time_ns`` None = not timed, ``user_id`` 0 = no user; ``secured`` marks the secured commands."""

    key: int
    value: Value
    time_ns: int | None = None
    user_id: int = 0
    verifier_id: int = 0
    secured: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a driver says to one request. ``error`` empty = accepted; ``hresult`` and ``statuses`` where the source has
    them; ``handle`` for the login commands."""

    error: str = ""
    hresult: int | None = None
    statuses: tuple[Status, ...] = ()
    handle: int = 0

    @property
    def ok(self) -> bool:
        return not self.error


ACCEPTED = Outcome()


class Sink(Protocol):
    """Where a driver reports. Calls are cheap and never wait; keys that the loop does not know are ignored."""

    def data(
        self,
        key: int,
        value: Value,
        quality: int,
        source_time: int = NO_TIME,
        *,
        kind: EventKind = EventKind.DATA_CHANGE,
        statuses: tuple[Status, ...] = (),
        data_type: int = DataType.UNKNOWN,
    ) -> None:
        """One data change (or buffered data change)."""
        ...

    def columns(
        self, keys: Sequence[int], values: Sequence[Value], qualities: Sequence[int], source_times: Sequence[int]
    ) -> None:
        """Many plain data changes at once, as columns of equal length: the fast way."""
        ...

    def write_complete(self, key: int, statuses: tuple[Status, ...], hresult: int | None = None) -> None:
        """The end of the write in flight on this item; never dropped, never coalesced."""
        ...

    def operation_complete(self, key: int, statuses: tuple[Status, ...]) -> None:
        """The end of a Suspend or Activate that was Pending; never dropped, never coalesced."""
        ...

    def source_state(
        self, connected: bool, reason: str, *, next_attempt_ns: int = 0, restored: int = 0, items: int = 0
    ) -> None:
        """The connection to the source came or went. The driver itself sends the bad qualities that follow from it. A
        ``reason`` while it is connected tells of a gap: what of the events is missing."""
        ...

    def fail(self, fault: Fault) -> None:
        """The driver cannot go on: the worker reports the fault and ends."""
        ...

    async def room(self) -> None:
        """Wait until the backlog is small: for a driver that can produce more than any reader takes."""
        ...


class Driver(abc.ABC):
    """One connection to one source. ``start`` is called once and first, ``stop`` once and last.

    Methods over several items get them in one call and answer one :class:`Outcome` per entry, in order; they do not
    raise for one bad entry. An exception from any method is an answer MxAccessFailure with its text.
    """

    #: Names of the commands that this driver cannot serve, known once it is started: the loop answers Unsupported
    #: without asking it.
    unsupported: frozenset[str] = frozenset()

    @abc.abstractmethod
    async def start(self, options: Mapping[str, Any], sink: Sink) -> str:
        """Connect. ``options`` come from the user: an unknown or wrong one raises ValueError that names it. What the
        source refuses raises :class:`app.errors.GatewayError`. Returns the source's own name and version, in words."""

    @abc.abstractmethod
    async def stop(self) -> None:
        """Disconnect, best effort, within about a second; after it the sink is not called any more."""

    async def register(self, server_handle: int, client_name: str) -> Outcome:
        return ACCEPTED

    async def unregister(self, server_handle: int) -> None:  # noqa: B027 - most sources have nothing to do
        """Called after the items of the handle were removed."""

    @abc.abstractmethod
    async def add(self, items: Sequence[DriverItem]) -> list[Outcome]:
        """Make items. Not yet advised: no data comes."""

    @abc.abstractmethod
    async def remove(self, keys: Sequence[int]) -> list[Outcome]:
        """Forget items; advised ones are unadvised first."""

    @abc.abstractmethod
    async def advise(self, keys: Sequence[int], supervisory: bool) -> list[Outcome]:
        """Start data changes; the current value is reported first, as soon as the source has it. Advising an advised
        item again is accepted and changes only ``supervisory``."""

    @abc.abstractmethod
    async def unadvise(self, keys: Sequence[int]) -> list[Outcome]: ...

    @abc.abstractmethod
    async def write(self, writes: Sequence[DriverWrite]) -> list[Outcome]:
        """Start writes. Each one accepted ends with one ``sink.write_complete`` later (or already during the call).
        The loop sends at most one at a time for an item."""

    async def suspend(self, key: int) -> Outcome:
        raise NotImplementedError

    async def activate(self, key: int) -> Outcome:
        raise NotImplementedError

    async def set_buffered_interval(self, server_handle: int, interval_ms: int) -> Outcome:
        raise NotImplementedError

    async def authenticate(self, server_handle: int, user: str, password: str) -> Outcome:
        raise NotImplementedError

    async def user_to_id(self, server_handle: int, user_guid: str) -> Outcome:
        raise NotImplementedError

    async def history(self, read: HistoryRead) -> HistoryPage:
        """A page of what the source has kept of a tag; the loop has checked what can be checked without the source.
        Cancelled: what the source holds for further pages is given back. Where the source has no history of the tag or
        has not this aggregate: NotImplementedError, which says so."""
        raise NotImplementedError

    async def playback(self, wanted: Playback) -> None:
        """Of a recording. ValueError where it has no such position, or nobody plays so fast."""
        raise NotImplementedError

    async def reconnect(self) -> None:  # noqa: B027 - most sources are never lost
        """Somebody does not want to wait for the next attempt at a source that is lost. Without a loss: nothing."""

    @abc.abstractmethod
    async def browse(self, node: str, page_token: str, limit: int) -> BrowsePage:
        """One level below ``node`` ("" = root). An unknown node raises ValueError that names it."""

    @abc.abstractmethod
    async def properties(self, tag: str) -> TagProperties:
        """What is known of a tag, by the names that all backends share where they apply: ``data_type``, ``unit``,
        ``description``, ``low``, ``high``, ``access``, ``security_class``, ``enumeration`` (a tuple of texts by
        number), ``decimals``, ``history`` (a tuple: "raw" where samples are kept, and the aggregates that are had)."""
