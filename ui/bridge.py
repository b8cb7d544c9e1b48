"""The seam between asyncio and Qt: one idiom for a button's work, and dialogs that are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QDialog, QWidget

from app.errors import GatewayError
from app.tasks import spawn

#: Shows a failure to the user: a sentence.
ShowFailure = Callable[[str], None]


_acts: set[asyncio.Task[object]] = set()


def stop_acts() -> None:
    """Cancel the work of every button: the window is closing."""
    for task in list(_acts):
        task.cancel()


def act(
    work: Coroutine[Any, Any, object],
    *,
    name: str,
    busy: QWidget | None = None,
    failed: ShowFailure | None = None,
    done: Callable[[], None] | None = None,
) -> asyncio.Task[object]:
    """What every button does: run ``work``; ``busy`` is disabled meanwhile; an error's words go to ``failed``; ``done``
    is called in any case, to refresh what is shown."""
    if busy is not None:
        busy.setEnabled(False)

    async def run() -> object:
        try:
            return await work
        except (GatewayError, OSError, ValueError, TimeoutError) as error:
            if failed is None:
                raise
            failed(words(error))
            return None
        finally:
            if busy is not None and _alive(busy):
                busy.setEnabled(True)
            if done is not None:
                done()

    task = spawn(run(), name=name)
    _acts.add(task)
    task.add_done_callback(_acts.discard)
    task.add_done_callback(lambda _: work.close())  # cancelled before its first step, it was never begun
    return task


def serving() -> bool:
    """Whether there is a loop that :func:`act` can work on: Qt also turns before it runs, and after."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def words(error: BaseException) -> str:
    """An error as a user reads it."""
    return error.fault.message if isinstance(error, GatewayError) else str(error) or type(error).__name__


async def answered(dialog: QDialog) -> int:
    """Open a dialog and wait for its end without a loop of its own; the result as ``exec`` would give it. Cancelling
    the wait closes the dialog."""
    result: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def finished(code: int) -> None:
        if not result.done():
            result.set_result(code)

    dialog.finished.connect(finished)
    dialog.open()
    try:
        return await result
    finally:
        dialog.finished.disconnect(finished)
        if dialog.isVisible():
            dialog.reject()


def _alive(widget: QWidget) -> bool:
    """Whether Qt still has the object: a window may be closed while its work runs."""
    try:
        widget.objectName()
    except RuntimeError:
        return False
    return True
