"""What a server has kept of a tag: raw samples and aggregates, a page at a time."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from asyncua import ua
from asyncua.ua import uaerrors

from app.backends.opcua.address import Address, IndexRange
from app.backends.opcua.connection import Connection, is_good
from app.backends.opcua.definitions import Definitions
from app.backends.opcua.status import quality_of
from app.backends.opcua.values import moment_of, time_ns, to_value
from app.commands import Aggregate, HistoryPage, HistoryRead
from app.errors import GatewayError
from app.tasks import spawn
from app.values import NO_TIME, Value

_log = logging.getLogger(__name__)

_AGGREGATES = {
    Aggregate.AVERAGE: "Average",
    Aggregate.TIME_AVERAGE: "TimeAverage",
    Aggregate.MINIMUM: "Minimum",
    Aggregate.MAXIMUM: "Maximum",
    Aggregate.RANGE: "Range",
    Aggregate.COUNT: "Count",
    Aggregate.TOTAL: "Total",
    Aggregate.START: "Start",
    Aggregate.END: "End",
    Aggregate.DELTA: "Delta",
    Aggregate.INTERPOLATED: "Interpolative",
    Aggregate.STANDARD_DEVIATION: "StandardDeviationSample",
    Aggregate.DURATION_GOOD: "DurationGood",
    Aggregate.PERCENT_GOOD: "PercentGood",
    Aggregate.WORST_QUALITY: "WorstQuality",
}
#: Points of continuation that are held for pages that nobody has asked for yet; a server has room for few.
_MAX_POINTS = 20
_TOKEN = re.compile(r"\d{1,19}:-?\d{1,19}:\d{1,19}", re.ASCII)
#: Samples of one time that earlier pages have given.
_MOST_GIVEN = 1_000_000
_HISTORY_READ = 4  # the bit of an access level
_NOTHING = (ua.StatusCodes.BadNoData, ua.StatusCodes.BadBoundNotFound)
_LOST_POINT = (ua.StatusCodes.BadContinuationPointInvalid, ua.StatusCodes.BadNoContinuationPoints)
_NOT_OFFERED = (
    ua.StatusCodes.BadHistoryOperationUnsupported,
    ua.StatusCodes.BadHistoryOperationInvalid,
    ua.StatusCodes.BadNotImplemented,
    ua.StatusCodes.BadNotSupported,
    ua.StatusCodes.BadServiceUnsupported,
    ua.StatusCodes.BadAggregateNotSupported,
    ua.StatusCodes.BadAggregateListMismatch,
    ua.StatusCodes.BadNotReadable,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a history goes on: behind ``given`` samples of the time ``ns``, or by the server's own point."""

    number: int = 0
    ns: int = NO_TIME
    given: int = 0

    @classmethod
    def of(cls, token: str) -> _Place:
        # Clients of the API may send any: a token has no time that is none, and asks no server for all that it has.
        parts = [int(part) for part in token.split(":")] if _TOKEN.fullmatch(token) else []
        if len(parts) != 3 or not NO_TIME <= parts[1] < 2**63 or parts[2] > _MOST_GIVEN:
            raise ValueError(f"{token[:60]!r} is no page of a history: begin it again")
        number, ns, given = parts
        return cls(number, ns, given)

    @property
    def token(self) -> str:
        return f"{self.number}:{self.ns}:{self.given}"


class History:
    """Of one connection. A page is found again by its time where the server has let go of its point, or never made
    one, as some do that cut an answer short."""

    def __init__(self, connection: Connection, definitions: Definitions) -> None:
        self._connection = connection
        self._definitions = definitions
        self._points: dict[int, tuple[ua.NodeId, bytes]] = {}
        self._last = 0
        self._nodes: dict[str, tuple[ua.NodeId, IndexRange | None]] = {}
        self._offered: tuple[str, ...] | None = None

    async def page(self, read: HistoryRead) -> HistoryPage:
        node, part = await self._node(read.tag)
        place = _Place.of(read.page_token) if read.page_token else _Place()
        held = self._points.pop(place.number, None)
        result = None
        if held is not None and held[0] == node:
            result = await self._read(read, node, read.start_ns, read.limit, held[1])
            if result.StatusCode.value in _LOST_POINT:
                result = None
            else:
                place = _Place()  # what was given already is not given again
        wanted = read.limit
        if result is None:
            wanted = read.limit + place.given
            result = await self._read(read, node, max(read.start_ns, place.ns), wanted, None)
        self._check(read, result.StatusCode)
        samples = self._samples(result)
        point = result.ContinuationPoint or None
        more = point is not None or (not read.aggregate and len(samples) >= wanted)
        fresh = _behind(samples, place)
        kept = [entry for entry in fresh if read.start_ns <= entry[0] <= read.end_ns]
        token = ""
        if more and (kept or point):
            token = self._next(node, read, place, fresh, point).token
        elif point:
            await self._release(node, point)
        return await self._made(kept, part, token)

    def _next(
        self, node: ua.NodeId, read: HistoryRead, place: _Place, fresh: Sequence[tuple[int, Any]], point: bytes | None
    ) -> _Place:
        number = 0
        if point is not None:
            self._last += 1
            number = self._last
            self._points[number] = node, point
        ns = fresh[-1][0] if fresh else place.ns
        if read.aggregate:
            return _Place(number, ns + read.interval_ns if fresh else ns, 0)
        given = sum(1 for at, _ in fresh if at == ns) + (place.given if ns == place.ns else 0)
        return _Place(number, ns, given)

    async def _read(
        self, read: HistoryRead, node: ua.NodeId, start_ns: int, count: int, point: bytes | None
    ) -> ua.HistoryReadResult:
        parameters = ua.HistoryReadParameters()
        parameters.HistoryReadDetails = _details(read, start_ns, count)
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Source
        parameters.ReleaseContinuationPoints = False  # the library's default gives back what was never asked for
        parameters.NodesToRead = [_entry(node, point)]
        await self._make_room()
        asked = spawn(self._ask(parameters), name="opcua history", on_failure=_told_by_the_await)
        try:
            (result,) = await asyncio.shield(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(partial(self._given_up, node))
            raise
        except uaerrors.UaStatusCodeError as error:
            self._check(read, ua.StatusCode(error.code))
            raise GatewayError("SourceRefused", f"the history of {read.tag} cannot be read: {error}") from error
        return result

    async def _ask(self, parameters: ua.HistoryReadParameters) -> list[ua.HistoryReadResult]:
        return await self._connection.session.history_read(parameters)

    def _given_up(self, node: ua.NodeId, done: asyncio.Task[Any]) -> None:
        """Nobody waits for the answer any more: its point is kept, and given back when room is needed."""
        if done.cancelled() or done.exception() is not None:
            return
        (result,) = done.result()
        if result.ContinuationPoint:
            self._last += 1
            self._points[self._last] = node, result.ContinuationPoint

    async def _make_room(self) -> None:
        while len(self._points) >= _MAX_POINTS:
            node, oldest = self._points.pop(next(iter(self._points)))
            await self._release(node, oldest)

    async def _release(self, node: ua.NodeId, point: bytes) -> None:
        parameters = ua.HistoryReadParameters()
        parameters.HistoryReadDetails = ua.ReadRawModifiedDetails(IsReadModified=False)
        parameters.ReleaseContinuationPoints = True
        parameters.NodesToRead = [_entry(node, point)]
        with contextlib.suppress(uaerrors.UaError):  # a server that has let go of it has done what was asked
            await self._connection.session.history_read(parameters)

    def _check(self, read: HistoryRead, status: ua.StatusCode) -> None:
        if status.value in _NOTHING or not status.is_bad():
            return
        if status.value in _NOT_OFFERED:
            what = f"the {read.aggregate} of intervals" if read.aggregate else "the samples that it keeps"
            raise NotImplementedError(f"the server does not give {what} of {read.tag}: {status.name}")
        if status.value in (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid):
            raise ValueError(f"{read.tag} is not a node of this server: {status.name}")
        raise GatewayError("SourceRefused", f"the history of {read.tag} cannot be read: {status.name}")

    def _samples(self, result: ua.HistoryReadResult) -> list[tuple[int, ua.DataValue]]:
        """(time, what the server says of it), in order of time; what has no time cannot stand anywhere."""
        found = getattr(result.HistoryData, "DataValues", None) or []
        timed = [(time_ns(data.SourceTimestamp or data.ServerTimestamp), data) for data in found]
        return sorted((entry for entry in timed if entry[0] != NO_TIME), key=lambda entry: entry[0])

    async def _made(
        self, samples: Sequence[tuple[int, ua.DataValue]], part: IndexRange | None, token: str
    ) -> HistoryPage:
        structures = self._definitions.structures
        encodings = {
            encoding
            for _, data in samples
            if data.Value is not None
            for encoding in structures.unknown(data.Value.Value)
        }
        if encodings:
            try:
                await self._definitions.learn(encodings)
            except (OSError, uaerrors.UaError) as error:
                _log.info("the definition of a structure cannot be read: %s", type(error).__name__)
        values = [_value(data, part, structures.text) for _, data in samples]
        codes = [data.StatusCode.value if data.StatusCode is not None else 0 for _, data in samples]
        times = tuple([ns for ns, _ in samples])
        qualities = tuple([quality_of(code) for code in codes])
        if all(type(value) is float for value in values):
            return HistoryPage(times, tuple(values), (), qualities, token)
        return HistoryPage(times, (), tuple(values), qualities, token)

    # ---- what there is

    async def _node(self, tag: str) -> tuple[ua.NodeId, IndexRange | None]:
        """The node that the address means; NotImplementedError where the server keeps nothing of it."""
        if tag in self._nodes:
            return self._nodes[tag]
        address = Address.of(tag)
        candidates = [(address.literal, None), (address.node, address.part)]
        known = [(node, part) for node, part in candidates if node is not None]
        attributes = (ua.AttributeIds.UserAccessLevel, ua.AttributeIds.AccessLevel)
        read = await self._connection.read([(node, attribute) for node, _ in known for attribute in attributes])
        refused = ""
        for number, (node, part) in enumerate(known):
            both = read[2 * number : 2 * number + 2]
            levels = [data.Value.Value for data in both if is_good(data) and data.Value is not None]
            if not levels:
                status = read[2 * number].StatusCode
                refused = refused or (status.name if status is not None else "")
                continue
            if not int(levels[0]) & _HISTORY_READ:
                raise NotImplementedError(f"the server keeps no history of {tag}")
            if len(self._nodes) >= 10_000:
                self._nodes.clear()
            self._nodes[tag] = node, part
            return node, part
        raise ValueError(f"{tag} is not a variable of this server: {refused}")

    async def offered(self, tag: str) -> tuple[str, ...]:
        """ "raw" and the aggregates that the server says to have; none where it keeps no history of the tag."""
        try:
            await self._node(tag)
        except (NotImplementedError, ValueError):
            return ()
        if self._offered is None:
            self._offered = await self._aggregates()
        return ("raw", *self._offered)

    async def _aggregates(self) -> tuple[str, ...]:
        """Servers list their aggregates in one of two folders."""
        parameters = ua.BrowseParameters()
        for folder in (
            ua.ObjectIds.HistoryServerCapabilities_AggregateFunctions,
            ua.ObjectIds.Server_ServerCapabilities_AggregateFunctions,
        ):
            entry = ua.BrowseDescription()
            entry.NodeId = ua.NodeId(folder)
            entry.BrowseDirection = ua.BrowseDirection.Forward
            entry.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
            entry.IncludeSubtypes = True
            entry.ResultMask = ua.BrowseResultMask.BrowseName
            parameters.NodesToBrowse.append(entry)
        results = await self._connection.session.browse(parameters)
        ids = {reference.NodeId.Identifier for result in results for reference in result.References or []}
        return tuple([str(one) for one in Aggregate if _aggregate_id(one) in ids])


def _told_by_the_await(error: BaseException) -> None:
    """Who waits for the answer gets it; if nobody does any more, nobody is told."""


def _behind(samples: list[tuple[int, Any]], place: _Place) -> list[tuple[int, Any]]:
    """Without those that an earlier page has given."""
    first = 0
    left = place.given
    while first < len(samples) and (samples[first][0] < place.ns or (samples[first][0] == place.ns and left > 0)):
        left -= samples[first][0] == place.ns
        first += 1
    return samples[first:]


def _value(data: ua.DataValue, part: IndexRange | None, text: Any) -> Value:
    value = to_value(data.Value.Value, text) if data.Value is not None else None
    if part is None or value is None:
        return value
    try:
        return part.shown(part.cut(value))
    except IndexError:
        return None


def _entry(node: ua.NodeId, point: bytes | None) -> ua.HistoryReadValueId:
    entry = ua.HistoryReadValueId()
    entry.NodeId = node
    entry.ContinuationPoint = point
    return entry


def _details(read: HistoryRead, start_ns: int, count: int) -> Any:
    start, end = moment_of(start_ns), moment_of(read.end_ns)
    if not read.aggregate:
        return ua.ReadRawModifiedDetails(
            IsReadModified=False, StartTime=start, EndTime=end, NumValuesPerNode=count, ReturnBounds=False
        )
    return ua.ReadProcessedDetails(
        StartTime=start,
        EndTime=end,
        ProcessingInterval=read.interval_ns / 1e6,
        AggregateType=[ua.NodeId(_aggregate_id(Aggregate(read.aggregate)))],
        AggregateConfiguration=ua.AggregateConfiguration(UseServerCapabilitiesDefaults=True),
    )


def _aggregate_id(aggregate: Aggregate) -> int:
    return int(getattr(ua.ObjectIds, f"AggregateFunction_{_AGGREGATES[aggregate]}"))
