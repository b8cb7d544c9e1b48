"""All tags of a session's name space, read in the background, to be searched by name, path and description.

Reading is polite: one page at a time, and after each a rest as long as its answer took. What is there can be searched
at any moment. Bounded: at ``limit`` tags reading ends and says so.
"""

from __future__ import annotations

import asyncio
import enum
import re
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from app.commands import BrowseNode, BrowsePage
from app.errors import ErrorCode, GatewayError
from app.tasks import Clock, join, spawn

LIMIT = 500_000
_PAGE = 500
_LEAST_REST_S, _MOST_REST_S = 0.002, 1.0
#: While the source cannot answer it is asked again after so long, twice as long each time.
_RETRY_S, _MOST_RETRY_S = 1.0, 30.0
#: Name spaces of some servers lead back into themselves under ever new addresses.
_DEPTH = 40
#: Above so many hits the order is the source's: nobody reads them, and ranking would cost more than finding.
_RANKED = 20_000

_LATER = frozenset(
    {
        ErrorCode.SESSION_NOT_READY,
        ErrorCode.TIMEOUT,
        ErrorCode.TOO_MANY_PENDING,
        ErrorCode.WORKER_UNAVAILABLE,
        ErrorCode.WORKER_UNRESPONSIVE,
    }
)
#: The same, as a driver says it of what stands behind it: its own code leads the diagnostic.
_AWAY = ("SourceLost", "SourceUnreachable", ErrorCode.TIMEOUT)

#: (folder's address, page token, most nodes); raises GatewayError.
Browse = Callable[[str, str, int], Awaitable[BrowsePage]]


class IndexState(enum.StrEnum):
    EMPTY = "empty"  # never read
    READING = "reading"
    WAITING = "waiting"  # the source cannot answer at present
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    FULL = "full"  # at the limit; the rest of the name space is not in it


@dataclass(frozen=True, slots=True)
class IndexProgress:
    state: IndexState
    tags: int
    folders: int  # read
    to_read: int  # folders that are known and not yet read
    failed: int  # folders that the source did not tell
    failure: str  # why the last of them, or the present wait
    read_ns: int  # when it ended, UTC; 0 = never


@dataclass(frozen=True, slots=True)
class FoundTag:
    address: str
    name: str
    path: str  # names of the folders above, with " / " between
    description: str
    data_type: str
    unit: str


@dataclass(slots=True)
class _Folder:
    address: str
    path: str
    depth: int
    token: str = ""
    again: bool = False  # its pages were lost once already


class TagIndex:
    """Columns of equal length, one entry a tag, in the order of reading: an entry keeps its number."""

    def __init__(self, browse: Browse, clock: Clock, *, limit: int = LIMIT, page: int = _PAGE) -> None:
        self._browse = browse
        self._clock = clock
        self._limit = limit
        self._page = page
        self._task: asyncio.Task[None] | None = None
        self._state = IndexState.EMPTY
        self._failure = ""
        self._read_ns = 0
        self.generation = 0  # grows when reading begins anew: numbers of entries then mean others
        self._clear()

    def _clear(self) -> None:
        self.generation += 1
        self._nodes: list[BrowseNode] = []
        self._paths: list[str] = []
        self._texts: list[str] = []  # what is searched: lower case, a line each for address, name, path, description
        self._seen: set[str] = set()
        self._folders: deque[_Folder] = deque([_Folder("", "", 0)])
        self._inner: deque[_Folder] = deque()  # tags with children: read last, for they seldom hold what is looked for
        self._known: set[str] = {""}
        self._read = self._failed = 0

    # ---- reading

    def start(self) -> None:
        """Read the name space, from its beginning; nothing while it is being read."""
        if self._task is not None and not self._task.done():
            return
        self._clear()
        self._failure = ""
        self._state = IndexState.READING
        self._task = spawn(self._run(), name="tag index")

    def cancel(self) -> None:
        """End reading; what is there stays."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            self._end(IndexState.CANCELLED)

    async def stop(self) -> None:
        self.cancel()
        await join(self._task)

    @property
    def reading(self) -> bool:
        return self._state in (IndexState.READING, IndexState.WAITING)

    @property
    def progress(self) -> IndexProgress:
        to_read = len(self._folders) + len(self._inner)
        return IndexProgress(
            self._state, len(self._nodes), self._read, to_read, self._failed, self._failure, self._read_ns
        )

    def _end(self, state: IndexState) -> None:
        self._state = state
        self._read_ns = self._clock.utc_ns()

    async def _run(self) -> None:
        while (queue := self._folders or self._inner) and len(self._nodes) < self._limit:
            folder = queue[0]
            begun = self._clock.monotonic()
            page = await self._ask(folder)
            took_s = self._clock.monotonic() - begun
            if page is not None:
                self._take(folder, page)
                folder.token = page.next_page
            if page is None or not folder.token:
                queue.popleft()
            await self._clock.sleep(min(max(took_s, _LEAST_REST_S), _MOST_REST_S))
        self._end(IndexState.FULL if self._folders or self._inner else IndexState.COMPLETE)
        self._seen.clear()
        self._known.clear()

    async def _ask(self, folder: _Folder) -> BrowsePage | None:
        """The folder's next page, however long the source cannot answer; None where it refuses."""
        wait_s = _RETRY_S
        while True:
            try:
                page = await self._browse(folder.address, folder.token, self._page)
            except GatewayError as error:
                if not _passes(error):
                    if folder.token and not folder.again:  # the source has forgotten where it was
                        folder.token, folder.again = "", True
                        continue
                    self._failed += 1
                    self._failure = error.fault.message
                    return None
                self._state, self._failure = IndexState.WAITING, error.fault.message
                await self._clock.sleep(wait_s)
                wait_s = min(2 * wait_s, _MOST_RETRY_S)
            else:
                self._state = IndexState.READING
                return page

    def _take(self, folder: _Folder, page: BrowsePage) -> None:
        if not folder.token:
            self._read += 1
        for node in page.nodes[: self._limit - len(self._nodes)]:
            if node.is_tag and node.address not in self._seen:
                self._seen.add(node.address)
                self._nodes.append(node)
                self._paths.append(folder.path)
                self._texts.append(f"{node.address}\n{node.name}\n{folder.path}\n{node.description}".lower())
            if node.has_children and node.address not in self._known and folder.depth < _DEPTH:
                self._known.add(node.address)
                path = f"{folder.path} / {node.name}" if folder.path else node.name
                (self._inner if node.is_tag else self._folders).append(_Folder(node.address, path, folder.depth + 1))

    # ---- searching

    def __len__(self) -> int:
        return len(self._nodes)

    def tag(self, number: int) -> FoundTag:
        node = self._nodes[number]
        return FoundTag(node.address, node.name, self._paths[number], node.description, node.data_type, node.unit)

    def path_of(self, address: str) -> str | None:
        """Where the tag stands: the folders above it, as :attr:`FoundTag.path`; None while it is not known."""
        places = zip(self._nodes, self._paths, strict=True)
        return next((path for node, path in places if node.address == address), None)

    def search(self, words: str, start: int = 0) -> list[int]:
        """The numbers of the entries from ``start`` on that have every word in name, address, path or description,
        whatever its case; ``*`` stands for any characters, ``?`` for one. The likeliest come first: those whose name is
        the first word, then those that begin with it, then those that have it in their name."""
        parts = words.lower().split()
        if not parts:
            return []
        texts = self._texts
        found: Sequence[int] = range(start, len(texts))
        for part in parts:
            plain, pattern = _compiled(part)
            found = [number for number in found if plain in texts[number]]
            if pattern is not None:
                found = [number for number in found if pattern.search(texts[number])]
        return self._ranked(parts[0], found) if len(found) <= _RANKED else list(found)

    def _ranked(self, part: str, found: Sequence[int]) -> list[int]:
        pattern = re.compile(_expression(part))

        def rank(number: int) -> int:
            address, name, _ = self._texts[number].split("\n", 2)
            if pattern.fullmatch(name) or pattern.fullmatch(address):
                return 0
            if pattern.match(name) or pattern.match(address):
                return 1
            return 2 if pattern.search(name) or pattern.search(address) else 3

        return sorted(found, key=rank)  # stable: within a rank the source's order


def _passes(error: GatewayError) -> bool:
    """Whether the source cannot answer at present, and may later."""
    return error.code in _LATER or error.fault.details.get("diagnostic", "").partition(":")[0] in _AWAY


def _expression(part: str) -> str:
    """A word with wildcards as a regular expression; a wildcard never reaches into the next line."""
    pieces = (
        ".*" if piece == "*" else "." if piece == "?" else re.escape(piece) for piece in re.split(r"([*?])", part)
    )
    return "".join(pieces)


def _compiled(part: str) -> tuple[str, re.Pattern[str] | None]:
    """(the longest text that has to be there as it is, the pattern where that is not all): finding text is ten times
    faster than trying a pattern."""
    pieces = re.split(r"[*?]", part)
    longest = max(pieces, key=len)
    return longest, None if len(pieces) == 1 else re.compile(_expression(part.strip("*")))
