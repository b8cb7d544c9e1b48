"""What Qt says goes into the program's log, under loggers named by Qt's categories."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,  # Qt ends the process after it
}
_ROOT = "qt"


def install() -> Callable[[], None]:
    """From now on, whatever thread says it; call what is returned before Python ends."""
    before = qInstallMessageHandler(_log)

    def undo() -> None:
        qInstallMessageHandler(before)

    return undo


def _log(kind: QtMsgType, context: QMessageLogContext, words: str) -> None:
    category = context.category or ""
    name = category if category == _ROOT or category.startswith(f"{_ROOT}.") else f"{_ROOT}.{category}"
    place = f" ({context.file.rpartition('/')[2]}:{context.line})" if context.file else ""
    # The words are the message itself, not a form for it: notifications tell messages apart by that.
    logging.getLogger(_ROOT if category in ("", "default") else name).log(
        _LEVELS.get(kind, logging.WARNING),
        f"{words}{place}",
    )
