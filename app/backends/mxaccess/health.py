"""Whether the platform behind MXAccess lives: MXAccess itself never says so, a tag that always changes does."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from app.backends.base import DriverItem
from app.backends.mxaccess.hresult import LmxError
from app.backends.mxaccess.items import Item, forget
from app.backends.mxaccess.model import Happened, LmxEvent
from app.backends.mxaccess.writing import Owner
from app.errors import GatewayError
from app.tasks import deadline, join, spawn
from app.values import QUALITY_COMMUNICATION_FAILURE, QualityClass, quality_class

_log = logging.getLogger(__name__)
_SERVER = 0  # no handle of the loop


class Health:
    """Of one driver, by its option ``probe``. After a loss every item gets a new handle: when a platform dies, those
    that were given before it mean nothing to the next one."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._probe: Item | None = None
        self._heard = asyncio.Event()
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Nothing without a probe tag."""
        if self._owner.options.probe:
            self._task = spawn(self._run(), name="MXAccess probe")

    async def stop(self) -> None:
        await join(self._task)

    def hurry(self) -> None:
        """Try now, whenever the next attempt was due."""
        self._hurry.set()

    def took(self, event: LmxEvent) -> bool:
        """Whether this event was the probe's."""
        probe = self._probe
        if probe is None or (event.server, event.item) != (probe.server, probe.handle):
            return False
        if event.what is not Happened.DATA or not all(status.ok for status in event.statuses):
            return True
        quality = event.quality.value
        if isinstance(quality, int) and quality_class(quality) is not QualityClass.BAD:
            self._heard.set()  # a bad one may be "waiting for initial data", which comes of a dead platform, too
        return True

    async def _run(self) -> None:
        owner, options = self._owner, self._owner.options
        await self._again()
        while True:
            if await self._hears(options.probe_s):
                continue
            self._lost()
            while not (await self._again() and await self._hears(options.retry_s)):
                await self._wait(options.retry_s)
                # An item alone was not enough: perhaps the handle of its server is stale as well.
                with contextlib.suppress(GatewayError):
                    await owner.register_anew()
            await self._found()

    async def _hears(self, within_s: float) -> bool:
        self._heard.clear()
        try:
            async with deadline(self._owner.clock, within_s, "the probe"):
                await self._heard.wait()
        except TimeoutError:
            return False
        return True

    async def _wait(self, delay_s: float) -> None:
        self._hurry.clear()
        try:
            async with deadline(self._owner.clock, delay_s, "the next attempt"):
                await self._hurry.wait()
        except TimeoutError:
            return

    async def _again(self) -> bool:
        """A new item for the probe; False where it is refused."""
        owner, old = self._owner, self._probe
        try:
            probe = Item(DriverItem(0, owner.options.probe), await owner.server(_SERVER))
            if old is not None:
                self._probe = None
                await owner.call(lambda lmx: forget(old, lmx))
            await owner.call(probe.make)
            self._probe = probe
            await owner.call(lambda lmx: probe.listen(lmx, False))
        except LmxError as error:
            owner.told(error)
            _log.warning("the probe: %s", error)
            return False
        except GatewayError as error:
            _log.warning("the probe: %s", error)
            return False
        return True

    def _lost(self) -> None:
        owner = self._owner
        options = owner.options
        owner.sink.source_state(
            False,
            f"the probe tag {options.probe} has told nothing for {options.probe_s:g} s: the platform is taken for lost",
            next_attempt_ns=owner.clock.utc_ns() + round(options.retry_s * 1e9),
        )
        for item in owner.items:
            if item.advised:
                owner.sink.data(item.key, None, QUALITY_COMMUNICATION_FAILURE, owner.clock.utc_ns())

    async def _found(self) -> None:
        owner = self._owner
        wanted = list(owner.items)
        restored = await owner.renew(wanted)
        owner.sink.source_state(True, "", restored=restored, items=len(wanted))
