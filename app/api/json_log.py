"""Log lines as JSON, for whoever collects them from ``tagwatch serve``: one object a line, times in UTC."""

from __future__ import annotations

import json
import logging
import traceback

from app import log_fields
from app.access.keys import without_keys
from app.records.program_log import safe_traceback
from app.values import iso_utc

_LONGEST = 4000


class JsonFormatter(logging.Formatter):
    """``time``, ``level``, ``logger``, ``message``, the fields of the call (:mod:`app.log_fields`), and ``error`` where
    one was logged: its kind and where it happened, without its words, which may hold values of tags."""

    def format(self, record: logging.LogRecord) -> str:
        try:
            words = record.getMessage()
        except Exception:  # a record whose arguments do not fit must not end who logs it
            words = str(record.msg)
        entry: dict[str, object] = {
            "time": iso_utc(round(record.created * 1e6) * 1000),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_keys(words)[:_LONGEST],
            **log_fields.current(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry["error"] = safe_traceback("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(entry, ensure_ascii=False)
