"""The name space of a Galaxy: areas, objects, contained objects and attributes, in pages, and searched."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from app.backends.mxaccess.galaxy import statements
from app.backends.mxaccess.galaxy.database import Database
from app.backends.mxaccess.galaxy.mapping import OBJECT, Attribute, object_node, parts_of, pattern
from app.backends.mxaccess.galaxy.place import Access, GalaxyError
from app.commands import BrowseNode, BrowsePage, TagProperties
from app.errors import ErrorCode

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
FIND = "find:"
_STOP_S = 0.5
#: Who asks for properties is about to show or write a value, and does without them rather than wait.
_PATIENCE_S = 3.0
#: After a question that failed nobody is made to wait for properties again for so long.
_PAUSE_S = 30.0
#: Of one page; who wants more asks again.
_MOST = 5000


class Galaxy:
    """Asks on a thread of its own, one question after another, from the first one on: neither the loop nor the thread
    of MXAccess ever waits for the database. A question ends within the time of the access, a started one also when
    nobody wants its answer any more; one that waits is then left out."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._database = Database(access)
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ended = asyncio.Event()
        self._stopped = False
        self._failure: GalaxyError | None = None
        self._pause_ends = 0.0

    async def page(self, node: str, page_token: str, limit: int) -> BrowsePage:
        """``node``: "" = the Galaxy, that of an area or object, or ``find:WORDS``, which has the attributes whose
        reference or place in the tree has every word. ValueError for one that is not there and for a token that is
        none of these pages; GalaxyError where the database cannot answer."""
        most = min(limit, _MOST)
        if node.startswith(FIND):
            return await self._run(lambda: self._found(node.removeprefix(FIND), page_token, most))
        return await self._run(lambda: self._level(node, page_token, most))

    async def properties(self, tag: str) -> TagProperties:
        """Nothing for a tag that the Galaxy has not: it may exist all the same. GalaxyError where the database does not
        answer soon; for a while after any question that failed it is the same error, at once."""
        if self._failure is not None and time.monotonic() < self._pause_ends:
            raise GalaxyError(self._failure.code, self._failure.fault.message)
        try:
            return await asyncio.wait_for(self._run(lambda: self._about(tag)), _PATIENCE_S)
        except TimeoutError:
            slow = GalaxyError(ErrorCode.TIMEOUT, f"{self._access.words} does not answer soon")
            self._failed(slow)
            raise slow from None

    def _failed(self, error: GalaxyError) -> None:
        # A login that was refused is tried again by who browses alone: too many lock the account.
        pause_s = math.inf if error.code == "AuthenticationFailed" else _PAUSE_S
        self._failure, self._pause_ends = error, time.monotonic() + pause_s

    async def stop(self) -> None:
        self._stopped = True
        if self._thread is None:
            return
        self._work.put(None)
        self._database.abort()
        try:
            await asyncio.wait_for(self._ended.wait(), _STOP_S)
        except TimeoutError:  # it looks for a name or makes a connection: the system lets that not be ended
            _log.warning("the thread of the Galaxy's database ends with the process")

    # ---- the thread

    async def _run(self, work: Callable[[], _T]) -> _T:
        if self._stopped:
            raise GalaxyError(ErrorCode.COMMAND_FAILED, f"{self._access.words} is being closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_T] = loop.create_future()

        def run() -> None:
            if answer.cancelled():
                return
            self._database.limit()
            try:
                result = work()
            except Exception as error:
                failure = error  # the name of an except clause ends with it
                _tell(loop, lambda: None if answer.done() else answer.set_exception(failure))
            else:
                _tell(loop, lambda: None if answer.done() else answer.set_result(result))

        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, args=(loop,), name="Galaxy", daemon=True)
            self._thread.start()
        self._work.put(run)
        try:
            result = await answer
        except GalaxyError as error:
            self._failed(error)
            raise
        self._failure = None
        return result

    def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        while (work := self._work.get()) is not None:
            work()
        self._database.close()
        _tell(loop, self._ended.set)

    # ---- on the thread

    def _level(self, node: str, token: str, most: int) -> BrowsePage:
        """Objects first, then the attributes."""
        parent, tag_name = (0, "") if not node else self._object(node)
        place, after, of_objects = _level_token(token)
        nodes: list[BrowseNode] = []
        if of_objects:
            parameters = {"parent": parent, "place": place, "after": after, "most": most + 1}
            rows = self._database.rows(statements.CHILDREN, parameters)
            nodes = [object_node(str(row[0]), row[1], row[3]) for row in rows[:most]]
            if len(rows) > most:
                return BrowsePage(tuple(nodes), json.dumps([int(rows[most - 1][2]), str(rows[most - 1][0])]))
            after = ""
        if not node:
            return BrowsePage(tuple(nodes))
        room = most - len(nodes)
        # With no room left one row tells whether there is a next page.
        parameters = {"object": parent, "after": after, "most": room + 1}
        rows = self._database.rows(statements.attributes(self._access.builtin), parameters)
        attributes = [Attribute.of(tag_name, row) for row in rows[:room]]
        nodes += [one.node() for one in attributes]
        last = attributes[-1].name if attributes else after
        return BrowsePage(tuple(nodes), json.dumps([last]) if len(rows) > room else "")

    def _object(self, node: str) -> tuple[int, str]:
        """Its number, and its name as the Galaxy writes it."""
        rows = self._database.rows(statements.OBJECT, {"tag": node.removeprefix(OBJECT)})
        if not node.startswith(OBJECT) or not rows:
            raise ValueError(f"{node!r} is no object of this Galaxy, or it is not deployed")
        return int(rows[0][0]), str(rows[0][1])

    def _found(self, words: str, token: str, most: int) -> BrowsePage:
        patterns = [pattern(word) for word in words.split()]
        if not 1 <= len(patterns) <= statements.SEARCH_WORDS:
            raise ValueError(f"a search has 1 to {statements.SEARCH_WORDS} words: {FIND}WORDS")
        tag, after = _texts(token, 2) if token else ("", "")
        padded = patterns + ["%"] * (statements.SEARCH_WORDS - len(patterns))
        parameters = {f"word{number}": one for number, one in enumerate(padded, 1)}
        rows = self._database.rows(
            statements.search(self._access.builtin), {**parameters, "tag": tag, "after": after, "most": most + 1}
        )
        attributes = [Attribute.of(str(row[0]), row[1:]) for row in rows[:most]]
        nodes = tuple(one.node(f"{one.tag_name}.{one.name}") for one in attributes)
        more = len(rows) > most
        return BrowsePage(nodes, json.dumps([attributes[-1].tag_name, attributes[-1].name]) if more else "")

    def _about(self, tag: str) -> TagProperties:
        name, attribute = parts_of(tag)
        objects = self._database.rows(statements.OBJECT, {"tag": name})
        if not objects:
            return TagProperties(())
        # Also of those that are not listed: who asks for one by its name has it.
        parameters = {"object": int(objects[0][0]), "name": attribute}
        rows = self._database.rows(statements.attribute(True), parameters)
        return Attribute.of(str(objects[0][1]), rows[0]).properties() if rows else TagProperties(())


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], object]) -> None:
    try:
        loop.call_soon_threadsafe(what)
    except RuntimeError:
        _log.info("the worker ended before the Galaxy's database answered")


def _level_token(token: str) -> tuple[int, str, bool]:
    """(place, name, whether of objects): behind which row of which list to go on."""
    if not token:
        return 0, "", True
    said = _json(token)
    if len(said) == 2 and isinstance(said[0], int) and isinstance(said[1], str):
        return said[0], said[1], True
    (name,) = _texts(token, 1)
    return 0, name, False


def _texts(token: str, count: int) -> list[str]:
    said = _json(token)
    if len(said) != count or not all(isinstance(one, str) for one in said):
        raise ValueError(f"{token!r} is not a page token of this source")
    return said


def _json(token: str) -> list[Any]:
    try:
        said: Any = json.loads(token)
    except ValueError:
        said = None
    if isinstance(said, list):
        return said  # pyright: ignore[reportUnknownVariableType]
    raise ValueError(f"{token!r} is not a page token of this source")
