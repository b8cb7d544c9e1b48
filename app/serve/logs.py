"""Where the log of a server goes, and in which form."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from app.api.json_log import JsonFormatter
from app.config import SettingError

#: A log file is begun anew when it is so large; so many old ones are kept.
_FILE_BYTES, _FILES = 10 * 1024 * 1024, 5


def start(form: str | None, path: Path | None, *, verbose: bool) -> None:
    """``form`` is ``text`` or ``json``. Without one: lines of text for people at a terminal, who hear of trouble alone;
    JSON for whoever collects it, with what happens. SettingError where the file cannot be written."""
    terminal = path is None and sys.stderr is not None and sys.stderr.isatty()
    text = form == "text" or (form is None and terminal)
    handler = _handler(path)
    handler.setFormatter(logging.Formatter("tagwatch: %(levelname)s %(message)s") if text else JsonFormatter())
    level = logging.DEBUG if verbose and not text else logging.INFO if verbose or not text else logging.WARNING
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    for library in ("asyncua", "asyncio", "grpc"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _handler(path: Path | None) -> logging.Handler:
    if path is None:
        return logging.NullHandler() if sys.stderr is None else logging.StreamHandler(sys.stderr)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(path, maxBytes=_FILE_BYTES, backupCount=_FILES, encoding="utf-8", delay=False)
    except OSError as error:
        raise SettingError(f"the log file {path} cannot be written: {error.strerror}") from error
