"""A name space of 100,000 tags, read through a real worker while its values flow."""

from __future__ import annotations

import asyncio
import time

import pytest

from app.sessions import calls
from app.sessions.index import IndexState, TagIndex
from app.sessions.manager import OpenRequest
from app.tasks import SystemClock
from tests.helpers.engine import engine, sample, subscribed, until

TAGS = 100_000


@pytest.mark.slow
@pytest.mark.clause("N1", "N2")
async def test_a_hundred_thousand_tags_are_read_while_commands_and_events_pass() -> None:
    async with engine() as (runtime, _):
        session = await runtime.manager.open(OpenRequest("sim", {"load_tags": TAGS}))
        keys = await subscribed(session, "Tank101.Level")
        index = TagIndex(lambda node, token, limit: calls.browse(session, node, token, limit), SystemClock())
        index.start()
        await until(lambda: len(index) > 1_000, "the first tags")
        assert index.search("load.7*"), "it can be searched while it is read"
        slowest = 0.0
        for _ in range(20):
            begun = time.perf_counter()
            await calls.ping(session)
            slowest = max(slowest, time.perf_counter() - begun)
            await asyncio.sleep(0.01)
        assert slowest < 0.5, "a command waits for one page at the most"
        await until(lambda: not index.reading, "the end of the name space", 60)
        assert index.progress.state is IndexState.COMPLETE
        assert len(index) > TAGS
        assert [index.tag(number).address for number in index.search("load.99999")] == ["load.99999"]
        assert await sample(session, keys["Tank101.Level"])
        await index.stop()
