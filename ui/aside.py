"""Work that may block (disks, keyrings), beside the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


async def aside(work: Callable[[*_Ts], _T], *arguments: *_Ts) -> _T:
    """Run ``work`` in a thread of its own and wait for it. Cancelled, the wait ends and the work goes on unheard.

    The thread is a daemon: a disk that hangs holds no program that is to end, as the loop's executor would."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[_T] = loop.create_future()

    def settle(error: BaseException | None, value: _T | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        else:
            result.set_result(value)  # type: ignore[arg-type]

    def run() -> None:
        error: BaseException | None = None
        value: _T | None = None
        try:
            value = work(*arguments)
        except Exception as caught:
            error = caught
        try:
            loop.call_soon_threadsafe(settle, error, value)
        except RuntimeError:  # the loop is closed: nobody waits
            return

    threading.Thread(target=run, name=f"aside {getattr(work, '__name__', 'work')}", daemon=True).start()
    return await result
