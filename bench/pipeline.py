"""From a load worker to the mirror, and to the views of the window, against the bare limit."""

from __future__ import annotations

import asyncio

from bench import bare, engine, window
from bench.report import Figure, at_least, at_most, told

_TAGS = 10_000
_WARM_S = 2.0
_MEASURE_S = 6.0


def run() -> list[Figure]:
    # The bare limit before and after: the machine may be busy with something else in between.
    first = asyncio.run(bare.rate(_TAGS, _WARM_S, _MEASURE_S))
    headless = asyncio.run(engine.rate(_TAGS, _WARM_S, _MEASURE_S))
    seen = window.run(_TAGS, 0, _WARM_S, _MEASURE_S)
    second = asyncio.run(bare.rate(_TAGS, _WARM_S, _MEASURE_S))
    limit = (first + second) / 2
    return [
        told("bare, events/s", limit),
        told("engine to mirror, events/s", headless),
        at_least("engine to mirror / bare", headless / limit, 0.6),
        told("with the window, events/s", seen.rate),
        at_least("with the window / bare", seen.rate / limit, 0.4),
        at_most("UI stall, p99", seen.stall_p99_ms, 50, " ms", 0),
        at_most("UI stall, longest", seen.stall_max_ms, 150, " ms", 0),
        told("frames of the window", seen.frames),
    ]
