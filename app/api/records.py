"""The service Records: the event log and the writes, read back in pages; samples where a recorder keeps them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.api.dispatch import Send
from app.api.guard import Caller
from app.api.history import HistoryRequest
from app.errors import ErrorCode, GatewayError
from app.pb import gateway_pb2 as pb
from app.records import audit_query, journal_read
from app.records.audit import AuditStore
from app.records.audit_file import AuditError
from app.records.audit_query import AuditQuery
from app.records.audit_record import AuditRow, Origin
from app.records.history import History
from app.records.journal_file import JournalRow
from app.tasks import Clock
from app.wire.messages import write_value

PAGE, MOST_IN_PAGE = 500, 5_000
_KEY = "key "


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the records are; None = none are kept."""

    journal: Path | None = None
    audit: AuditStore | None = None
    history: History | None = None


class RecordsService:
    """Files are read in threads, a page at a time: a client that does not read its pages holds nothing up."""

    def __init__(self, kept: Kept, clock: Clock) -> None:
        self._kept = kept
        self._clock = clock

    def problem(self) -> str:
        if self._kept == Kept():
            return "this server keeps no records"
        return "" if self._kept.audit is None else self._kept.audit.problem

    async def query_history(self, request: pb.QueryHistoryRequest, caller: Caller, send: Send) -> None:
        history = self._kept.history
        if history is None:
            raise GatewayError(ErrorCode.RECORDS_UNAVAILABLE, "this server records no samples")
        asked = HistoryRequest.of(request, self._clock.utc_ns(), _page_size(request.page_size))
        gone = threading.Event()
        try:
            for tag in request.tags:
                if reason := caller.constraints.read(asked.source, tag) if caller.constraints.limited else "":
                    raise GatewayError(ErrorCode.PERMISSION_DENIED, reason)
                pages = asked.pages(history, tag, gone.is_set)
                while (page := await asyncio.to_thread(next, pages, None)) is not None:
                    await send(page.SerializeToString())
        finally:
            gone.set()  # a thread that still reads for a client that has left ends

    # ---- the event log

    async def query_events(self, request: pb.QueryEventsRequest, caller: Caller, send: Send) -> None:
        folder = self._kept.journal
        if folder is None:
            raise GatewayError(ErrorCode.RECORDS_UNAVAILABLE, "this server keeps no event log: see the setting journal")
        size = _page_size(request.page_size)
        wanted = _EventFilter(request, caller, self._clock.utc_ns())
        gone = threading.Event()
        rows = _rows(folder, wanted, gone)
        left = request.limit or None
        try:
            while left is None or left > 0:
                count = size if left is None else min(size, left)
                page = await asyncio.to_thread(_page, rows, count)
                if not page.rows:
                    return
                await send(page.SerializeToString())
                left = None if left is None else left - len(page.rows)
        finally:
            gone.set()  # a thread that still looks for a client that has left ends, and closes its file

    # ---- writes

    async def query_audit(self, request: pb.QueryAuditRequest, caller: Caller, send: Send) -> None:
        store = self._kept.audit
        if store is None:
            raise GatewayError(ErrorCode.RECORDS_UNAVAILABLE, "this server keeps no record of writes")
        query, size = _audit_query(request), _page_size(request.page_size)
        before: int | None = None
        left = request.limit or None
        while left is None or left > 0:
            try:
                found = await store.read(lambda file, before=before: audit_query.page(file, query, before, size))
            except AuditError as error:
                raise GatewayError(ErrorCode.RECORDS_UNAVAILABLE, error.fault.message) from error
            if not found:
                return
            before = found[-1].number
            rows = [row for row in found if not _hidden(caller, row.intent.session, row.intent.tag)][:left]
            if rows:
                await send(pb.AuditPage(rows=map(_audit_row, rows)).SerializeToString())
            left = None if left is None else left - len(rows)


def _page_size(asked: int) -> int:
    if asked > MOST_IN_PAGE:
        raise _invalid(f"page_size is {asked}, {MOST_IN_PAGE} at the most")
    return asked or PAGE


def _hidden(caller: Caller, source: str, tag: str) -> bool:
    if not caller.constraints.limited:
        return False
    return bool(caller.constraints.read(source, tag) if tag else caller.constraints.use(source))


class _EventFilter:
    def __init__(self, request: pb.QueryEventsRequest, caller: Caller, now_ns: int) -> None:
        self._caller = caller
        self._words = request.text.casefold().split()
        self._tag = request.tag.casefold()
        self._sessions = frozenset(request.sessions)
        self._kinds = frozenset(request.kinds)
        self.since_ns = request.since_ns
        self.until_ns = request.until_ns or now_ns

    def passes(self, row: pb.EventRow) -> bool:
        if not self.since_ns <= row.time_ns < self.until_ns:
            return False
        if (self._sessions and row.session not in self._sessions) or (self._kinds and row.kind not in self._kinds):
            return False
        if self._tag and self._tag not in row.tag.casefold():
            return False
        if self._words:
            text = " ".join((row.session, row.kind, row.tag, row.text, row.value)).casefold()
            if not all(word in text for word in self._words):
                return False
        return not _hidden(self._caller, row.session, row.tag)


def _rows(folder: Path, wanted: _EventFilter, gone: threading.Event) -> Iterator[pb.EventRow]:
    for kept in journal_read.read(folder, wanted.since_ns, wanted.until_ns):
        if gone.is_set():
            return
        row = _event_row(kept)
        if wanted.passes(row):
            yield row


def _page(rows: Iterator[pb.EventRow], count: int) -> pb.EventsPage:
    """The next rows. In a thread."""
    page = pb.EventsPage()
    try:
        for row in rows:
            page.rows.append(row)
            if len(page.rows) >= count:
                break
    except OSError as error:
        words = f"the event log cannot be read: {error.strerror or error}"
        raise GatewayError(ErrorCode.RECORDS_UNAVAILABLE, words) from error
    return page


def _event_row(kept: JournalRow) -> pb.EventRow:
    row = pb.EventRow(
        time_ns=kept.time_ns,
        session=kept.session,
        kind=kept.kind,
        tag=kept.tag,
        text=kept.detail,
        value=json.dumps(kept.value, ensure_ascii=False) if kept.has_value else "",
        quality=kept.quality,
        source_time_ns=kept.source_ns,
        sequence=kept.sequence or 0,
    )
    for name, text in kept.details.items():
        row.details[name] = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    return row


def _audit_query(request: pb.QueryAuditRequest) -> AuditQuery:
    results = frozenset(request.results)
    if unknown := results - frozenset(audit_query.RESULTS):
        raise _invalid(f"{sorted(unknown)[0][:40]!r} is no result: {', '.join(audit_query.RESULTS)}")
    origins = frozenset(request.origins)
    known = [origin.value for origin in Origin]
    if unknown := origins - frozenset(known):
        raise _invalid(f"{sorted(unknown)[0][:40]!r} is no origin: {', '.join(known)}")
    return AuditQuery(
        text=request.text,
        tag=request.tag,
        user=request.user,
        results=results,
        origins=origins,
        since_ns=request.since_ns if request.HasField("since_ns") else None,
        until_ns=request.until_ns if request.HasField("until_ns") else None,
    )


def _audit_row(row: AuditRow) -> pb.AuditRow:
    intent = row.intent
    by_key = intent.origin is Origin.API
    message = pb.AuditRow(
        number=row.number,
        time_ns=intent.time_ns,
        os_user="" if by_key else intent.who.os_user,
        workstation="" if by_key else intent.who.workstation,
        session=intent.session,
        source=intent.source,
        tag=intent.tag,
        old_quality=intent.old_quality,
        sent_time_ns=intent.sent_ns,
        user=intent.user,
        verifier=intent.verifier,
        comment=intent.comment,
        origin=intent.origin.value,
        run=intent.run,
        key_id=intent.who.os_user.removeprefix(_KEY) if by_key and intent.who.os_user.startswith(_KEY) else "",
        peer=intent.who.workstation if by_key else "",
    )
    write_value(message.new_value, intent.new)
    write_value(message.old_value, intent.old)
    for end in row.completions:
        entry = message.completions.add(
            time_ns=end.time_ns, result=end.result.value, text=end.words, quality=end.quality
        )
        write_value(entry.read_back, end.read_back)
    return message


def _invalid(words: str) -> GatewayError:
    return GatewayError(ErrorCode.INVALID_ARGUMENT, words)
