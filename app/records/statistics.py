"""What the samples of a tag say of a stretch of time: weighted by time, and by what their quality is worth.

The formulas, with where they are from, stand in docs/statistics.md; nothing else in the program sums samples up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

#: What a sample is worth, by the class of its quality.
GOOD, UNCERTAIN, BAD = 0, 1, 2

Floats = NDArray[np.float64]
Classes = NDArray[np.uint8]
Times = NDArray[np.int64]

#: A tag with more different values than this in the stretch has no states.
STATES = 64
_NO_STATES: Mapping[float, float] = MappingProxyType({})
#: What a rate adds up to: the unit's end, the seconds that it is per.
_RATES = (("/s", 1.0), ("/min", 60.0), ("/h", 3600.0), ("/d", 86_400.0))
_POWERS = ("W", "kW", "MW", "GW")


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the time from ``start_ns`` to ``stop_ns`` (ns since 1970 UTC). None = nothing is known to say it of.

    The four times add up to the whole: of ``unknown_s`` there is no sample that says anything. What is bad or unknown
    counts for nothing in the others.
    """

    start_ns: int
    stop_ns: int
    samples: int = 0  # that came in the time, whatever their worth
    changes: int = 0  # to another value; what was bad between two equal ones is no change
    good_s: float = 0.0
    uncertain_s: float = 0.0
    bad_s: float = 0.0
    unknown_s: float = 0.0
    first: float | None = None  # the first and the last that is known, what holds at the start included
    last: float | None = None
    low: float | None = None
    high: float | None = None
    low_ns: int | None = None  # of the sample; before the start, where it holds from there
    high_ns: int | None = None
    mean: float | None = None
    deviation: float | None = None  # of the population, weighted by time
    integral: float | None = None  # value times seconds
    states: Mapping[float, float] = field(default_factory=lambda: _NO_STATES)  # value -> seconds; where values hold

    @property
    def known_s(self) -> float:
        return self.good_s + self.uncertain_s

    @property
    def known(self) -> float:
        """The share of the time that it all stands on, 0 to 1."""
        whole = (self.stop_ns - self.start_ns) / 1e9
        return min(self.known_s / whole, 1.0) if whole > 0 else 0.0


def statistics(
    times: Times,
    values: Floats,
    classes: Classes,
    start_ns: int,
    stop_ns: int,
    *,
    step: bool = True,
    holds_until_ns: int | None = None,
    gaps: Sequence[tuple[int, int]] = (),
    ends: Sequence[int] = (),
) -> Statistics:
    """``times`` do not fall; what stands before ``start_ns`` may be there, for the last of it holds at the start.

    ``step``: a value holds until the next sample; otherwise samples are joined by straight lines. The newest sample
    holds until ``holds_until_ns``, where it steps; without that, nothing is known behind it. ``gaps`` (ns, from and to)
    are stretches that nobody recorded; ``ends`` are the times of bad samples that only say that the line ends there,
    and count for no samples. Values that are no number count as bad. ValueError where the time runs backwards, or
    columns differ in length.
    """
    if stop_ns < start_ns:
        raise ValueError(f"the stretch ends {(start_ns - stop_ns) / 1e9:g} s before it starts")
    if not len(times) == len(values) == len(classes):
        raise ValueError(f"{len(times)} times, {len(values)} values and {len(classes)} classes are no columns")
    whole = (stop_ns - start_ns) / 1e9
    begin = int(np.searchsorted(times, start_ns, side="left"))
    if begin == len(times) or times[begin] > start_ns:
        begin = max(begin - 1, 0)  # what holds at the start
    end = min(int(np.searchsorted(times, stop_ns, side="right")) + 1, len(times))
    newest = end == len(times)
    times, values, classes = times[begin:end], values[begin:end], classes[begin:end]
    if not len(times):
        return Statistics(start_ns, stop_ns, unknown_s=whole)
    classes = np.where(np.isfinite(values), classes, BAD).astype(np.uint8)
    if newest and step and holds_until_ns is not None and holds_until_ns > times[-1]:
        times, values = np.append(times, holds_until_ns), np.append(values, values[-1])
        classes = np.append(classes, classes[-1])
        added = 1
    else:
        added = 0
    parts = _pieces(times, values, classes, start_ns, stop_ns, gaps)
    if times[-1] < start_ns or (added and times[-1] == start_ns and len(times) == 2 and times[0] < start_ns):
        return Statistics(start_ns, stop_ns, unknown_s=whole)  # what was newest holds no more
    told = slice(0, len(times) - added)
    found = _summed(times[told], values[told], classes[told], parts, start_ns, stop_ns, step, gaps)
    never_came = sum(start_ns <= end <= stop_ns for end in ends)
    return replace(found, samples=max(found.samples - never_came, 0))


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Stretches between samples, cut at the edges and the gaps; ``left`` and ``right`` are their samples' numbers."""

    seconds: Floats
    left: NDArray[np.int64]
    a: Floats  # the straight line's value where it begins and where it ends
    b: Floats


def _pieces(
    times: Times, values: Floats, classes: Classes, start_ns: int, stop_ns: int, gaps: Sequence[tuple[int, int]]
) -> _Pieces:
    edges = np.array([start_ns, stop_ns, *(edge for gap in gaps for edge in gap)], dtype=np.int64)
    cuts = np.unique(np.concatenate([times, edges[(edges > times[0]) & (edges < times[-1])]]))
    begins, ends = cuts[:-1], cuts[1:]
    inside = (begins >= start_ns) & (ends <= stop_ns)
    for gap_start, gap_stop in gaps:
        inside &= ~((begins >= gap_start) & (ends <= gap_stop))
    begins, ends = begins[inside], ends[inside]
    left = np.searchsorted(times, begins, side="right") - 1
    right = np.minimum(left + 1, len(times) - 1)
    known = np.where(classes == BAD, 0.0, values)
    length = np.maximum(times[right] - times[left], 1)
    rise = (known[right] - known[left]) / length
    return _Pieces(
        (ends - begins) / 1e9,
        left,
        known[left] + rise * (begins - times[left]),
        known[left] + rise * (ends - times[left]),
    )


def _summed(
    times: Times,
    values: Floats,
    classes: Classes,
    parts: _Pieces,
    start_ns: int,
    stop_ns: int,
    step: bool,
    gaps: Sequence[tuple[int, int]],
) -> Statistics:
    at = np.minimum(parts.left, len(times) - 1)
    worth = classes[at]
    counts = worth != BAD
    if not step:  # a line goes from what is known to what is known
        counts &= classes[np.minimum(parts.left + 1, len(times) - 1)] != BAD
        counts &= parts.left + 1 < len(times)
    seconds = np.where(counts, parts.seconds, 0.0)
    bad_s = float(parts.seconds[worth == BAD].sum())
    uncertain_s = float(seconds[worth == UNCERTAIN].sum())
    good_s = float(seconds[worth == GOOD].sum())
    a, b = (values[at], values[at]) if step else (parts.a, parts.b)
    a, b = np.where(counts, a, 0.0), np.where(counts, b, 0.0)
    known_s = good_s + uncertain_s
    integral = float(((a + b) / 2 * seconds).sum())
    mean = integral / known_s if known_s > 0 else None
    first, last, low, high, changes = _values(times, values, classes, start_ns, gaps, stop_ns)
    inside = (times >= start_ns) & (times <= stop_ns)
    return Statistics(
        start_ns,
        stop_ns,
        samples=int(inside.sum()),
        changes=changes,
        good_s=good_s,
        uncertain_s=uncertain_s,
        bad_s=bad_s,
        unknown_s=max((stop_ns - start_ns) / 1e9 - known_s - bad_s, 0.0),
        first=first,
        last=last,
        low=None if low is None else float(values[low]),
        high=None if high is None else float(values[high]),
        low_ns=None if low is None else int(times[low]),
        high_ns=None if high is None else int(times[high]),
        mean=mean,
        deviation=None if mean is None else _deviation(a - mean, b - mean, seconds, known_s),
        integral=None if mean is None else integral,
        states=_states(a, seconds) if step else _NO_STATES,
    )


def _deviation(a: Floats, b: Floats, seconds: Floats, known_s: float) -> float:
    """Of straight lines from ``a`` to ``b`` about zero: the mean of the square of each is (a² + ab + b²) / 3."""
    return math.sqrt(max(float(((a * a + a * b + b * b) / 3 * seconds).sum()) / known_s, 0.0))


def _values(
    times: Times, values: Floats, classes: Classes, start_ns: int, gaps: Sequence[tuple[int, int]], stop_ns: int
) -> tuple[float | None, float | None, int | None, int | None, int]:
    """First, last, the places of the lowest and the highest, and how often it changed."""
    known = np.flatnonzero((classes != BAD) & (times <= stop_ns))
    if len(known) and times[known[0]] < start_ns and any(times[known[0]] <= at <= start_ns for at, _ in gaps):
        known = known[1:]  # what was before the start ended in a gap
    if not len(known):
        return None, None, None, None, 0
    seen = values[known]
    low, high = int(known[seen.argmin()]), int(known[seen.argmax()])
    return float(seen[0]), float(seen[-1]), low, high, int((seen[1:] != seen[:-1]).sum())


def _states(values: Floats, seconds: Floats) -> Mapping[float, float]:
    lasted = seconds > 0
    found, places = np.unique(values[lasted], return_inverse=True)
    if len(found) > STATES:
        return _NO_STATES
    sums = np.bincount(places, weights=seconds[lasted], minlength=len(found))
    return dict(zip(found.tolist(), sums.tolist(), strict=True))


def stretches(times: Times, values: Floats, classes: Classes, start: int, stop: int) -> Floats:
    """A row for each sample from number ``start`` up to ``stop``, of the stretch between it and the one before it: area
    and seconds where a value holds until the next one comes, area and seconds where the two are joined. What is bad
    encloses nothing and takes no time. Rows add up: sums of them can be kept while a line grows."""
    rows = np.zeros((max(stop - start, 0), 4))
    skip = 1 if start == 0 else 0  # nothing is before the first one
    begin = start + skip
    if stop <= begin:
        return rows
    bad = classes[begin - 1 : stop] == BAD
    known = np.where(bad, 0.0, values[begin - 1 : stop])
    seconds = (times[begin:stop] - times[begin - 1 : stop - 1]) / 1e9
    holds = np.where(bad[:-1], 0.0, seconds)
    joins = np.where(bad[:-1] | bad[1:], 0.0, seconds)
    rows[skip:, 0], rows[skip:, 1] = known[:-1] * holds, holds
    rows[skip:, 2], rows[skip:, 3] = (known[:-1] + known[1:]) / 2 * joins, joins
    return rows


def total_of(integral: float, unit: str) -> tuple[float, str]:
    """What a value times seconds adds up to, in a unit that people read: m³/h give m³, kW give kWh; of anything else,
    the unit times hours."""
    for end, per_s in _RATES:
        if unit.endswith(end) and len(unit) > len(end):
            return integral / per_s, unit[: -len(end)]
    hours = integral / 3600
    if unit in _POWERS:
        return hours, f"{unit}h"
    return hours, f"{unit}·h" if unit else "h"
