"""The event log through the API: a stretch of time, page by page, and clients that leave."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from app.api.records import Kept
from app.pb import gateway_pb2 as pb
from app.records import journal_read
from tests.helpers.api import served
from tests.helpers.engine import until
from tests.helpers.journal import keep, row

S = 10**9
T0 = 1_760_000_000 * S


def write(folder: Path, rows: int) -> None:
    keep(folder, [row(T0 + n * S, tag=f"T{n % 3}", value=n, quality=192, sequence=n + 1) for n in range(rows)])


@pytest.mark.clause("J7")
async def test_a_stretch_of_the_event_log_in_pages(tmp_path: Path) -> None:
    write(tmp_path, 1_000)
    async with served(serve={"kept": Kept(tmp_path)}) as api:
        request = pb.QueryEventsRequest(since_ns=T0 + 100 * S, until_ns=T0 + 400 * S, tag="t1", page_size=40)
        pages = [page async for page in api.records.QueryEvents(request)]
        assert [len(page.rows) for page in pages] == [40, 40, 20]
        rows = [row for page in pages for row in page.rows]
        assert [row.sequence for row in rows] == list(range(101, 401, 3))
        request = pb.QueryEventsRequest(since_ns=-(2**63), until_ns=2**63 - 1, limit=7)
        assert [row.value for page in [p async for p in api.records.QueryEvents(request)] for row in page.rows] == [
            str(n) for n in range(7)
        ]


@pytest.mark.clause("J7")
async def test_who_leaves_while_the_event_log_is_searched_leaves_no_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looking, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def endless(*given: Any) -> Any:
        try:
            while True:
                looking.set()
                go_on.wait(60)
                yield row(T0, tag="another")
        finally:
            ended.set()

    monkeypatch.setattr(journal_read, "read", endless)
    async with served(serve={"kept": Kept(tmp_path)}) as api:
        call = api.records.QueryEvents(pb.QueryEventsRequest(tag="nothing like it"))
        reading = asyncio.ensure_future(call.read())
        await until(looking.is_set, "the search")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await until(lambda: api.server.dispatcher.streams == 0, "the end of the call")
        go_on.set()
        await until(ended.is_set, "the end of the search")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
