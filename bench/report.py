"""Figures of one run, each beside its bar, as a table for people and for docs/performance.md."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``bar`` is what it must reach ("≥ 0.60"), empty where it is told and not judged."""

    name: str
    value: str
    bar: str = ""
    held: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.held is None else "held" if self.held else "MISSED"


def at_least(name: str, value: float, bar: float, digits: int = 2) -> Figure:
    return Figure(name, f"{value:.{digits}f}", f"≥ {bar:g}", value >= bar)


def at_most(name: str, value: float, bar: float, unit: str = "", digits: int = 2) -> Figure:
    return Figure(name, f"{value:.{digits}f}{unit}", f"≤ {bar:g}{unit}", value <= bar)


def told(name: str, value: float | str, unit: str = "") -> Figure:
    return Figure(name, value if isinstance(value, str) else f"{value:,.0f}{unit}")


def table(title: str, figures: list[Figure]) -> str:
    lines = [f"### {title}", "", "| figure | value | bar | |", "|---|---|---|---|"]
    lines += [f"| {f.name} | {f.value} | {f.bar} | {f.verdict} |" for f in figures]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The machine in one line, without its name."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
