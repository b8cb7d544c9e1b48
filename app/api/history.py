"""Samples of the recorder as pages of columns. Everything here blocks: for a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import ErrorCode, GatewayError
from app.pb import gateway_pb2 as pb
from app.records.bins import Bins
from app.records.history import History, ReadCancelledError
from app.records.samples import Kind, Samples
from app.wire.messages import sound, write_value

_MOST_BINS = 100_000
_MOST_TAGS = 1_000
#: Samples that are read at once, whatever the size of a page.
_READ = 50_000


@dataclass(frozen=True, slots=True)
class HistoryRequest:
    """A request that can be answered."""

    source: str
    since_ns: int
    until_ns: int
    limit: int  # 0 = all
    bins: int  # 0 = samples
    page_size: int

    @classmethod
    def of(cls, request: pb.QueryHistoryRequest, now_ns: int, page_size: int) -> HistoryRequest:
        """GatewayError InvalidArgument says what cannot be."""
        until_ns = request.until_ns or now_ns
        problem = ""
        if not request.source or not request.tags:
            problem = "source and tags must be given"
        elif len(request.tags) > _MOST_TAGS:
            problem = f"{len(request.tags)} tags in one request, {_MOST_TAGS} at the most"
        elif until_ns <= request.since_ns:
            problem = "since_ns must be before until_ns"
        elif request.bins > _MOST_BINS:
            problem = f"bins is {request.bins}, {_MOST_BINS} at the most"
        elif request.bins and request.limit:
            problem = "a limit is for samples, bins have none"
        if problem:
            raise GatewayError(ErrorCode.INVALID_ARGUMENT, problem)
        return cls(request.source, request.since_ns, until_ns, request.limit, request.bins, page_size)

    def pages(self, history: History, tag: str, cancelled: Callable[[], bool]) -> Iterator[pb.HistoryPage]:
        """Of one tag, one at least."""
        try:
            pages = self._bins(history, tag, cancelled) if self.bins else self._samples(history, tag, cancelled)
            yield from self._marked(history, tag, pages)
        except ReadCancelledError:
            return

    def _marked(self, history: History, tag: str, pages: Iterator[pb.HistoryPage]) -> Iterator[pb.HistoryPage]:
        """The first page tells what is not held, the last one that it is the last."""
        page = next(pages, None) or pb.HistoryPage()
        for stretch in history.held(self.source, tag, self.since_ns, self.until_ns):
            if not stretch.held:
                page.not_held.add(since_ns=stretch.start_ns, until_ns=stretch.end_ns)
        for following in pages:
            page.tag = sound(tag)
            yield page
            page = following
        page.tag, page.last = sound(tag), True
        yield page

    def _samples(self, history: History, tag: str, cancelled: Callable[[], bool]) -> Iterator[pb.HistoryPage]:
        start_ns: int | None = self.since_ns
        left = self.limit or None
        while start_ns is not None:
            want = _READ if left is None else min(_READ, left)
            found = history.samples(self.source, tag, start_ns, self.until_ns, want, cancelled)
            samples = found.samples if left is None else found.samples.take(slice(0, left))
            start_ns = found.next_ns
            cut = len(samples) < len(found.samples)
            if left is not None:
                left -= len(samples)
                cut = cut or (left <= 0 and start_ns is not None)
                start_ns = None if left <= 0 else start_ns
            for at in range(0, len(samples), self.page_size):
                page = _sample_page(samples.take(slice(at, at + self.page_size)))
                page.truncated = cut and at + self.page_size >= len(samples)
                yield page

    def _bins(self, history: History, tag: str, cancelled: Callable[[], bool]) -> Iterator[pb.HistoryPage]:
        count = min(self.bins, self.until_ns - self.since_ns)
        bins = history.bins(self.source, tag, self.since_ns, self.until_ns, count, cancelled)
        for at in range(0, len(bins), self.page_size):
            yield _bin_page(bins, slice(at, min(len(bins), at + self.page_size)))


def _sample_page(samples: Samples) -> pb.HistoryPage:
    page = pb.HistoryPage(
        count=len(samples),
        source_times=_bytes(samples.source_times, "<i8"),
        receive_times=_bytes(samples.receive_times, "<i8"),
        qualities=_bytes(samples.qualities, "<i4"),
    )
    if (samples.kinds == Kind.REAL).all():
        page.reals = _bytes(samples.reals, "<f8")
    else:
        for index in range(len(samples)):
            write_value(page.values.add(), samples.value(index))
    return page


def _bin_page(bins: Bins, rows: slice) -> pb.HistoryPage:
    return pb.HistoryPage(
        count=rows.stop - rows.start,
        source_times=_bytes(bins.edges[rows], "<i8"),
        qualities=_bytes(np.minimum(bins.first_quality[rows], bins.last_quality[rows]), "<i4"),
        reals=_bytes(bins.last[rows], "<f8"),
        firsts=_bytes(bins.first[rows], "<f8"),
        minima=_bytes(bins.low[rows], "<f8"),
        maxima=_bytes(bins.high[rows], "<f8"),
        counts=_bytes(bins.count[rows], "<u4"),
    )


def _bytes(column: NDArray[Any], kind: str) -> bytes:
    return np.ascontiguousarray(column).astype(kind).tobytes()
