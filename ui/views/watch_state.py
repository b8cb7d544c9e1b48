"""A watch list as a workspace keeps it, and back. What cannot be read is left out and told, the rest is taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from ui.models.watch_cells import NAMES
from ui.models.watch_order import QUALITIES, Order, WatchFilter
from ui.models.watch_rows import Line
from ui.models.watch_snapshot import Snapshot, Tolerance
from ui.views.watch_list import AS_OTHERS, SNAPSHOTS, WatchList

_T = TypeVar("_T")
_ID = re.compile(r"[0-9a-f]{8}")


def state_of(made: WatchList) -> dict[str, Any]:
    """JSON."""
    model = made.model
    kept: dict[str, Any] = {
        "name": model.name,
        "rows": [row.line.state() for row in model.rows],
        **made.table.columns_state(),
        "span_s": model.span_s,
        "tolerance": {"absolute": made.tolerance.absolute, "percent": made.tolerance.percent},
        "snapshots": [snapshot.state() for snapshot in made.snapshots],
    }
    if made.record_days != AS_OTHERS:
        kept["record_days"] = made.record_days
    if made.record_id:
        kept |= {"record_mib": made.record_mib, "record_id": made.record_id}
    if model.order.column is not None:
        kept["sort"] = {"column": NAMES[model.order.column], "descending": model.order.descending}
    if not model.filter.empty:
        wanted = model.filter
        kept["filter"] = {"text": wanted.text, "qualities": sorted(wanted.qualities), "changed": wanted.changed}
    if model.cells.snapshot in made.snapshots:
        kept["compared"] = made.snapshots.index(model.cells.snapshot)
    return kept


def restore_list(made: WatchList, kept: object) -> list[str]:
    """What was left out, in words."""
    problems: list[str] = []
    if not isinstance(kept, dict):
        return ["a list is an object"]
    model = made.model
    if isinstance(name := kept.get("name"), str) and name.strip():
        model.name = name.strip()[:80]

    def take(what: str, make: Callable[[], _T]) -> _T | None:
        try:
            return make()
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            problems.append(f"{model.name}, {what}: {error}")
            return None

    def entries(name: str) -> list[Any]:
        value = kept.get(name, [])
        if isinstance(value, list):
            return value
        problems.append(f"{model.name}, {name}: is no list")
        return []

    lines = [take(f"row {n}", lambda row=row: Line.of(row)) for n, row in enumerate(entries("rows"), 1)]
    model.become([(row, row.line) for row in model.make(line for line in lines if line is not None)])
    take("columns", lambda: made.table.restore_columns(kept))
    take("tolerance", lambda: setattr(made, "tolerance", _tolerance(kept.get("tolerance", {}))))
    take("span_s", lambda: model.set_span(_span(kept.get("span_s", model.span_s))))
    take("record_days", lambda: setattr(made, "record_days", _days(kept.get("record_days", AS_OTHERS))))
    if "record_id" in kept:
        take("record_mib", lambda: _restore_limit(made, kept))
    of_times = entries("snapshots")[:SNAPSHOTS]
    snapshots = [take("snapshot", lambda one=one: Snapshot.restored(one)) for one in of_times]
    made.snapshots = [snapshot for snapshot in snapshots if snapshot is not None]
    compared = kept.get("compared")
    if isinstance(compared, int) and 0 <= compared < len(made.snapshots):
        made.compare_with(made.snapshots[compared])
    if "sort" in kept:
        take("sort", lambda: made.table.set_order(_order(kept["sort"])))
    if "filter" in kept:
        take("filter", lambda: made.set_filter(_filter(kept["filter"])))
    return problems


def _tolerance(kept: dict[str, Any]) -> Tolerance:
    return Tolerance(float(kept.get("absolute", 0.0)), float(kept.get("percent", 0.0)))


def _days(kept: object) -> int:
    if isinstance(kept, bool) or not isinstance(kept, int) or not AS_OTHERS <= kept <= 36_500:
        raise ValueError(f"{kept!r} is no number of days")
    return kept


def _restore_limit(made: WatchList, kept: dict[str, Any]) -> None:
    name, mib = kept["record_id"], kept.get("record_mib", 0)
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise ValueError(f"{name!r} is no id: 8 digits or letters from a to f")
    if isinstance(mib, bool) or not isinstance(mib, int) or not 0 <= mib <= 10_000_000:
        raise ValueError(f"{mib!r} is no number of MiB")
    made.record_id, made.record_mib = name, mib


def _span(kept: object) -> float:
    span_s = float(kept)  # type: ignore[arg-type]
    if not 1.0 <= span_s <= 86_400.0:
        raise ValueError(f"{span_s:g} s is not between a second and a day")
    return span_s


def _order(kept: dict[str, Any]) -> Order:
    return Order(NAMES.index(kept["column"]), bool(kept.get("descending")))


def _filter(kept: dict[str, Any]) -> WatchFilter:
    qualities = frozenset(kept.get("qualities", ())) & frozenset(QUALITIES)
    return WatchFilter(str(kept.get("text", "")), qualities, bool(kept.get("changed")))
