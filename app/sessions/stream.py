"""The events of one worker after the other as one stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.batch import EventBatch
from app.errors import GatewayError
from app.workers.contract import WorkerClient, WorkerState


class WorkerStream:
    """A worker feeds it from when it has taken over: one that is given up while it restores feeds nobody.

    Every worker counts its events from 1; here they go on where the last worker's ended (``newest``).
    """

    def __init__(self, newest: Callable[[], int]) -> None:
        self._newest = newest
        self._feeding: WorkerClient | None = None
        self._offset = 0
        self._settled = asyncio.Event()  # no other worker is on its way
        self._settled.set()

    def feed(self, client: WorkerClient) -> None:
        """``client`` has taken over. What the last one sent has been read: it ended long before."""
        self._feeding = client
        self._offset = self._newest()
        self._settled.set()

    def expect_another(self) -> None:
        """The worker is lost and another one comes: what the first had sent is still read, then its end is no end."""
        self._settled.clear()

    def expect_no_other(self) -> None:
        self._settled.set()

    @property
    def ended(self) -> bool:
        """Its end comes by itself: the worker is gone, and no other follows."""
        gone = self._feeding is not None and self._feeding.state in (WorkerState.CLOSED, WorkerState.FAULTED)
        return gone and self._settled.is_set()

    async def next(self) -> list[EventBatch]:
        """What has come, in order; waits while nothing has. Empty at the end, whatever ended it."""
        while (client := self._feeding) is not None:
            try:
                batches = await client.batches()
            except GatewayError:
                batches = []  # the client has told its listener
            if batches:
                return self._renumbered(batches)
            await self._settled.wait()
            if client is self._feeding:
                break
        return []

    def _renumbered(self, batches: list[EventBatch]) -> list[EventBatch]:
        if self._offset:
            for batch in batches:
                batch.first_sequence += self._offset  # nobody else has seen it yet
        return batches
