"""What a client asks of a source, and what it gets back: one dataclass per command. Standard library only.

Names and fields are those of ``worker.proto``; :mod:`app.wire.messages` maps one to the other by name. A handle is an
unsigned 32-bit integer that is never 0: server handles come from :class:`Register`, item handles from the add commands,
and both stay valid across a restart of the worker.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from app.values import NO_TIME, Status, Value


class ProtocolStatus(enum.IntEnum):
    OK = 0
    INVALID_REQUEST = 1
    PROTOCOL_VIOLATION = 2
    WORKER_UNAVAILABLE = 3
    TIMEOUT = 4
    UNSUPPORTED = 5
    MX_ACCESS_FAILURE = 6
    CANCELLED = 7
    INTERNAL = 8

    @property
    def words(self) -> str:
        return _STATUS_WORDS[self]


_STATUS_WORDS = {status: "".join(part.capitalize() for part in status.name.split("_")) for status in ProtocolStatus}


# ---- single commands -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Register:
    """Announce a client; the reply's handle is the server handle."""

    client_name: str


@dataclass(frozen=True, slots=True)
class Unregister:
    """Forget a server handle with every item of it."""

    server_handle: int


@dataclass(frozen=True, slots=True)
class AddItem:
    """Make an item from a tag address; the reply's handle is the item handle. A wrong address may show only later, in
    an event's status, as MXAccess does."""

    server_handle: int
    tag: str


@dataclass(frozen=True, slots=True)
class AddItem2:
    """AddItem with a context for relative references."""

    server_handle: int
    tag: str
    context: str


@dataclass(frozen=True, slots=True)
class AddBufferedItem:
    """An item whose samples arrive several at a time, as buffered data changes."""

    server_handle: int
    tag: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class SetBufferedUpdateInterval:
    """How often buffered items of a server handle are reported; rounded up to 100 ms."""

    server_handle: int
    interval_ms: int


@dataclass(frozen=True, slots=True)
class RemoveItem:
    server_handle: int
    item_handle: int


@dataclass(frozen=True, slots=True)
class Advise:
    """Start data changes of an item; the current value comes first."""

    server_handle: int
    item_handle: int


@dataclass(frozen=True, slots=True)
class AdviseSupervisory:
    """Advise as a supervisory client, which may write secured attributes without a login."""

    server_handle: int
    item_handle: int


@dataclass(frozen=True, slots=True)
class UnAdvise:
    server_handle: int
    item_handle: int


@dataclass(frozen=True, slots=True)
class Suspend:
    """Pause an advised item; an operation-complete event tells when."""

    server_handle: int
    item_handle: int


@dataclass(frozen=True, slots=True)
class Activate:
    """Resume a suspended item."""

    server_handle: int
    item_handle: int


@dataclass(frozen=True, slots=True)
class Write:
    """Write a value. Ok means accepted: whether it was written is told by a write-complete event of the item."""

    server_handle: int
    item_handle: int
    value: Value
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class Write2:
    """Write a value with its own time: a :class:`Timestamp`."""

    server_handle: int
    item_handle: int
    value: Value
    time: Value
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class WriteSecured:
    """Write with an authenticated user; the same id twice where no second person is asked for."""

    server_handle: int
    item_handle: int
    value: Value
    user_id: int
    verifier_id: int


@dataclass(frozen=True, slots=True)
class WriteSecured2:
    server_handle: int
    item_handle: int
    value: Value
    time: Value
    user_id: int
    verifier_id: int


@dataclass(frozen=True, slots=True)
class AuthenticateUser:
    """The reply's handle is the user id. The password is in no log, no repr and no error."""

    server_handle: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ArchestrAUserToId:
    server_handle: int
    user_guid: str


@dataclass(frozen=True, slots=True)
class Ping:
    text: str = ""


@dataclass(frozen=True, slots=True)
class Browse:
    """One level of the source's name space below ``node`` ("" = the root), in pages of at most ``limit``."""

    node: str = ""
    page_token: str = ""
    limit: int = 500


class Aggregate(enum.StrEnum):
    """What a source can make of the samples of each interval; the names of OPC UA, part 13, in plain words."""

    AVERAGE = "average"
    TIME_AVERAGE = "time average"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    RANGE = "range"
    COUNT = "count"
    TOTAL = "total"
    START = "start"
    END = "end"
    DELTA = "delta"
    INTERPOLATED = "interpolated"
    STANDARD_DEVIATION = "standard deviation"
    DURATION_GOOD = "duration good"
    PERCENT_GOOD = "percent good"
    WORST_QUALITY = "worst quality"


#: Samples in one page of a history at the most: decoding more would keep the worker from everything else.
HISTORY_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """What the source itself has kept of ``tag`` from ``start_ns`` to ``end_ns`` (ns since 1970 UTC), in order of time,
    in pages of at most ``limit`` samples; ``page_token`` is the ``next_page`` of the page before, with all else the
    same. ``aggregate``: "" = the samples as they are; one of :class:`Aggregate` = a value for each ``interval_ns``,
    at the interval's start. Unsupported where the source keeps no history of the tag, or has not this aggregate."""

    tag: str
    start_ns: int
    end_ns: int
    limit: int = 2_000
    page_token: str = ""
    aggregate: str = ""
    interval_ns: int = 0


@dataclass(frozen=True, slots=True)
class Reconnect:
    """A source that is lost is tried at once, whenever the next attempt was due. Ok says nothing about what comes of
    it; without a loss nothing is done."""


@dataclass(frozen=True, slots=True)
class Playback:
    """Of a source that plays a recording: what is None stays as it is. ``speed`` 0.1 to 128; ``position_ns`` (ns since
    1970 UTC) is within the recording. What it does then is told by its tags ``Replay.…``. Others are Unsupported."""

    playing: bool | None = None
    speed: float | None = None
    position_ns: int | None = None
    loop: bool | None = None


@dataclass(frozen=True, slots=True)
class Properties:
    """What the source knows about a tag: type, unit, range, description, access."""

    tag: str


# ---- bulk commands: one round trip, one result row per entry ----------------


@dataclass(frozen=True, slots=True)
class AddItemBulk:
    server_handle: int
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdviseItemBulk:
    server_handle: int
    item_handles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RemoveItemBulk:
    server_handle: int
    item_handles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnAdviseItemBulk:
    server_handle: int
    item_handles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SubscribeBulk:
    """Add and advise."""

    server_handle: int
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnsubscribeBulk:
    """Unadvise and remove."""

    server_handle: int
    item_handles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WriteEntry:
    """One write of a bulk; ``time`` for the timed kinds, the user ids for the secured ones."""

    item_handle: int
    value: Value
    time: Value = None
    user_id: int = 0
    verifier_id: int = 0


@dataclass(frozen=True, slots=True)
class WriteBulk:
    server_handle: int
    entries: tuple[WriteEntry, ...]


@dataclass(frozen=True, slots=True)
class Write2Bulk:
    server_handle: int
    entries: tuple[WriteEntry, ...]


@dataclass(frozen=True, slots=True)
class WriteSecuredBulk:
    server_handle: int
    entries: tuple[WriteEntry, ...]


@dataclass(frozen=True, slots=True)
class WriteSecured2Bulk:
    server_handle: int
    entries: tuple[WriteEntry, ...]


@dataclass(frozen=True, slots=True)
class ReadBulk:
    """The current value of each tag: from an advised item where there is one, else by a snapshot that leaves the
    session's items as they were. ``timeout_ms`` 0 means the worker's own default."""

    server_handle: int
    tags: tuple[str, ...]
    timeout_ms: int = 0


# ---- restart ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RestoredServer:
    server_handle: int
    client_name: str
    buffered_interval_ms: int = 0


@dataclass(frozen=True, slots=True)
class RestoredItem:
    server_handle: int
    item_handle: int
    tag: str
    context: str = ""
    buffered: bool = False
    advised: bool = False
    supervisory: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Restore:
    """After a restart: the same handles again in a new worker, so that clients keep theirs. One row per item."""

    servers: tuple[RestoredServer, ...]
    items: tuple[RestoredItem, ...]


SingleCommand = (
    Register
    | Unregister
    | AddItem
    | AddItem2
    | AddBufferedItem
    | SetBufferedUpdateInterval
    | RemoveItem
    | Advise
    | AdviseSupervisory
    | UnAdvise
    | Suspend
    | Activate
    | Write
    | Write2
    | WriteSecured
    | WriteSecured2
    | AuthenticateUser
    | ArchestrAUserToId
    | Ping
    | Browse
    | Properties
    | HistoryRead
    | Reconnect
    | Playback
)
BulkCommand = (
    AddItemBulk
    | AdviseItemBulk
    | RemoveItemBulk
    | UnAdviseItemBulk
    | SubscribeBulk
    | UnsubscribeBulk
    | WriteBulk
    | Write2Bulk
    | WriteSecuredBulk
    | WriteSecured2Bulk
    | ReadBulk
)
Command = SingleCommand | BulkCommand | Restore


# ---- replies ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handle:
    handle: int


@dataclass(frozen=True, slots=True)
class Pong:
    text: str
    worker_time_ns: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """The result for one entry of an item bulk; ``error`` is empty on success."""

    success: bool
    item_handle: int = 0
    tag: str = ""
    error: str = ""
    server_handle: int = 0


@dataclass(frozen=True, slots=True)
class ItemRows:
    rows: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class WriteRow:
    """The result for one write of a bulk: success means accepted, as with :class:`Write`."""

    success: bool
    item_handle: int
    error: str = ""
    statuses: tuple[Status, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteRows:
    rows: tuple[WriteRow, ...]


@dataclass(frozen=True, slots=True)
class ReadRow:
    success: bool
    tag: str
    value: Value = None
    quality: int = 0
    source_time_ns: int = NO_TIME
    worker_time_ns: int = NO_TIME
    cached: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class ReadRows:
    rows: tuple[ReadRow, ...]


@dataclass(frozen=True, slots=True)
class BrowseNode:
    """A node of a source's name space; ``address`` is what AddItem takes, or what Browse takes for a folder."""

    address: str
    name: str
    has_children: bool = False
    is_tag: bool = False
    description: str = ""
    data_type: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class BrowsePage:
    """``next_page`` is the token for the page after this one; "" = this was the last."""

    nodes: tuple[BrowseNode, ...]
    next_page: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class TagProperties:
    properties: tuple[Property, ...]

    def get(self, name: str) -> Value:
        """The value of the property with this name, None where the source has none."""
        return next((p.value for p in self.properties if p.name == name), None)


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Samples as columns: times (ns since 1970 UTC, never falling within a history), values and OPC DA quality words.
    Values are in ``reals`` where each of them is a double, else in ``values``. ``next_page`` "" = this was the last; a
    page may be empty and not the last."""

    times: tuple[int, ...] = ()
    reals: tuple[float, ...] = ()
    values: tuple[Value, ...] = ()
    qualities: tuple[int, ...] = ()
    next_page: str = ""

    @property
    def column(self) -> tuple[Value, ...]:
        """The values, whichever column has them."""
        return self.reals or self.values


Payload = Handle | ItemRows | WriteRows | ReadRows | BrowsePage | Pong | TagProperties | HistoryPage


@dataclass(frozen=True, slots=True)
class Reply:
    """``message`` belongs to the protocol status, ``diagnostic`` is the backend's own words."""

    code: ProtocolStatus = ProtocolStatus.OK
    message: str = ""
    diagnostic: str = ""
    hresult: int | None = None
    statuses: tuple[Status, ...] = ()
    payload: Payload | None = None

    @property
    def ok(self) -> bool:
        return self.code is ProtocolStatus.OK

    @property
    def words(self) -> str:
        """Why it failed: the status message, else the diagnostic, else the status' name."""
        return self.message or self.diagnostic or self.code.words
