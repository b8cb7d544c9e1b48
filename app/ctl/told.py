"""What ``tagwatch ctl`` prints: plain data for :mod:`json`; and values from JSON."""

from __future__ import annotations

import datetime
import json
from typing import Any, cast

from app.client import Gap, SavedSource, SessionInfo, TagEvent, Written
from app.commands import BrowseNode, HistoryPage, ReadRow
from app.errors import GatewayError
from app.text import iso_or_none, jsonable
from app.values import NS_PER_S, Duration, Timestamp, Value, quality_words

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def source(saved: SavedSource) -> dict[str, Any]:
    return {
        "name": saved.name,
        "backend": saved.backend,
        "address": saved.address,
        "options": {name: jsonable(value) for name, value in saved.options.items()},
        "missing": list(saved.missing),
        "session": saved.session_id or None,
    }


def session(info: SessionInfo) -> dict[str, Any]:
    state = info.source_state
    return {
        "id": info.id,
        "name": info.name,
        "backend": info.backend,
        "source": info.source,
        "state": str(info.state),
        "worker_pid": info.worker_pid or None,
        "opened": iso_or_none(info.opened_ns),
        "items": info.items,
        "advised": info.advised,
        "subscribers": info.subscribers,
        "events": info.events,
        "newest_sequence": info.newest_sequence,
        "source_connected": None if state is None else state.connected,
        "source_reason": "" if state is None else state.reason,
        "fault": None if info.fault is None else {"code": info.fault.code, "message": info.fault.message},
    }


def node(found: BrowseNode) -> dict[str, Any]:
    return {
        "address": found.address,
        "name": found.name,
        "tag": found.is_tag,
        "children": found.has_children,
        "description": found.description,
        "data_type": found.data_type,
        "unit": found.unit,
    }


def read(row: ReadRow) -> dict[str, Any]:
    if not row.success:
        return {"tag": row.tag, "ok": False, "error": row.error}
    return {
        "tag": row.tag,
        "ok": True,
        "value": jsonable(row.value),
        "quality": row.quality,
        "quality_words": quality_words(row.quality),
        "source_time": iso_or_none(row.source_time_ns),
        "worker_time": iso_or_none(row.worker_time_ns),
        "cached": row.cached,
    }


def samples(tag: str, page: HistoryPage) -> list[dict[str, Any]]:
    return [
        {
            "tag": tag,
            "time": iso_or_none(ns),
            "value": jsonable(value),
            "quality": quality,
            "quality_words": quality_words(quality),
        }
        for ns, value, quality in zip(page.times, page.column, page.qualities, strict=True)
    ]


def written(tag: str, end: Written) -> dict[str, Any]:
    return {
        "tag": tag,
        "ok": end.ok,
        "statuses": [status.words for status in end.statuses],
        "audit_record": end.audit_record or None,
    }


def event(one: TagEvent | Gap) -> dict[str, Any]:
    if isinstance(one, Gap):
        return {"gap": {"after": one.after, "oldest": one.oldest or None}}
    return {
        "sequence": one.sequence,
        "kind": one.kind.words,
        "tag": one.tag,
        "value": jsonable(one.value),
        "quality": one.quality,
        "quality_words": quality_words(one.quality),
        "source_time": iso_or_none(one.source_time),
        "worker_time": iso_or_none(one.worker_time),
        "statuses": [status.words for status in one.statuses],
    }


def error(problem: Exception) -> dict[str, Any]:
    if isinstance(problem, GatewayError):
        return {"code": problem.code, "message": problem.fault.message, "details": dict(problem.fault.details)}
    return {"code": "InvalidArgument", "message": str(problem), "details": {}}


def value_of(data: Any) -> Value:
    """A value from JSON: plain ones as they are, arrays as tuples; ``{"time": ISO 8601}``, ``{"seconds": number}`` and
    ``{"raw": hexadecimal}`` for what JSON does not have. ValueError for what none of it is."""
    match data:
        case None | bool() | int() | float() | str():
            return data
        case list():
            return tuple(value_of(entry) for entry in cast("list[Any]", data))
        case {"time": str(text), **rest} if not rest:
            return Timestamp(time_ns(text))
        case {"seconds": int() | float() as seconds, **rest} if not rest:
            return Duration(round(seconds * NS_PER_S))
        case {"raw": str(text), **rest} if not rest:
            return bytes.fromhex(text)
        case _:
            raise ValueError('a value must be plain JSON, {"time": "…Z"}, {"seconds": 1.5} or {"raw": "00ff"}')


def value_of_text(text: str) -> Value:
    """As it is typed: JSON where it is that, else the text itself."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    return value_of(data)


def time_ns(text: str) -> int:
    """ns since 1970 UTC; ValueError for what is no ISO 8601 time with its offset."""
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an ISO 8601 time") from None
    if moment.tzinfo is None:
        raise ValueError(f"the time {text!r} has no offset: add Z or +02:00")
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * NS_PER_S + since.microseconds * 1_000
