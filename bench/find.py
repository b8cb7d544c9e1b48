"""Tags found among 100,000, against one look at as many prepared texts with ``in``."""

from __future__ import annotations

import asyncio
import time

from app.commands import BrowseNode, BrowsePage
from app.sessions.index import TagIndex
from app.tasks import SystemClock
from bench.report import Figure, at_most, told

_TAGS = 100_000
_PAGE = 1000
_AREAS = ("Boiler house", "Filling line", "Tank farm", "Utilities")
#: Words in all, in many, in few, in none; two words; wildcards.
_WORDS = ("level", "tank9", "pump77777", "nothing like it", "farm temperature", "tank*7?.level", "*e*")
BAR_MS = 100.0


async def _browse(node: str, token: str, limit: int) -> BrowsePage:
    first = int(token or 0)
    last = min(first + _PAGE, _TAGS)
    kinds = ("Level", "Temperature", "Flow", "State")
    nodes = [
        BrowseNode(
            f"ns=2;s=Tank{n}.{kinds[n % 4]}", f"Tank{n}.{kinds[n % 4]}", is_tag=True, description=_AREAS[n // 7 % 4]
        )
        for n in range(first, last)
    ]
    return BrowsePage(tuple(nodes), "" if last == _TAGS else str(last))


async def _index() -> TagIndex:
    index = TagIndex(_browse, SystemClock(), limit=_TAGS)
    index.start()
    while index.reading:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.05)
    assert len(index) == _TAGS
    return index


def _ms(words: str, index: TagIndex) -> float:
    took: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        index.search(words)
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def run() -> list[Figure]:
    index = asyncio.run(_index())
    texts = [f"tank{n}.level\ntank{n}.level\n\n{_AREAS[n // 7 % 4]}".lower() for n in range(_TAGS)]
    bare: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        found = [n for n, text in enumerate(texts) if "tank9" in text]
        bare.append((time.perf_counter() - began) * 1000)
        assert found
    took = {words: _ms(words, index) for words in _WORDS}
    return [
        told("tags", _TAGS),
        at_most("a search, slowest", max(took.values()), BAR_MS, " ms", 0),
        told("one by one, ms", ", ".join(f"{words} {ms:.0f}" for words, ms in took.items())),
        told("one look at as many texts, bare", f"{min(bare):.1f} ms"),
        told("the slowest / bare", f"{max(took.values()) / min(bare):.1f}"),
    ]
