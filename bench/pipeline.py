"""From a load worker to the mirror, and to the views of the window, against the bare limit."""

from __future__ import annotations

import asyncio
import itertools
import statistics

from bench import bare, engine, window
from bench.report import Figure, at_least, at_most, percentile, told

_TAGS = 10_000
_WARM_S = 1.5
_MEASURE_S = 3.0
_ROUNDS = 3


def run() -> list[Figure]:
    # In turns, each way between two measurements of the limit: the machine may be busy with something else meanwhile.
    limits = [_limit()]
    headless: list[float] = []
    seen: list[window.Seen] = []
    for _ in range(_ROUNDS):
        headless.append(asyncio.run(engine.rate(_TAGS, _WARM_S, _MEASURE_S)))
        limits.append(_limit())
        seen.append(window.run(_TAGS, 0, _WARM_S, _MEASURE_S))
        limits.append(_limit())
    between = [(before + after) / 2 for before, after in itertools.pairwise(limits)]
    stalls_ms = [stall for each in seen for stall in each.stalls_ms]
    return [
        told("bare, events/s", statistics.median(limits)),
        told("engine to mirror, events/s", statistics.median(headless)),
        at_least("engine to mirror / bare", _ratio(headless, between[::2]), 0.6),
        told("with the window, events/s", statistics.median([each.rate for each in seen])),
        at_least("with the window / bare", _ratio([each.rate for each in seen], between[1::2]), 0.4),
        at_most("UI stall, p99", percentile(stalls_ms, 0.99), 50, " ms", 0),
        at_most("UI stall, longest", max(stalls_ms), 150, " ms", 0),
        told("frames of the window", sum(each.frames for each in seen)),
    ]


def _limit() -> float:
    return asyncio.run(bare.rate(_TAGS, _WARM_S, _MEASURE_S))


def _ratio(rates: list[float], limits: list[float]) -> float:
    return statistics.median([rate / limit for rate, limit in zip(rates, limits, strict=True)])
