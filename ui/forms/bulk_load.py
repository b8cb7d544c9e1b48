"""Finds the tags of a bulk write in their sessions: on server handles of its own, which are given back at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from app.errors import GatewayError
from app.sessions import calls
from app.sessions.items import Item
from app.tasks import Clock, join, spawn
from ui.forms.bulk_paste import BulkLine
from ui.forms.bulk_rows import BulkRow, mark_twice
from ui.forms.write_flow import BIG_CHANGE
from ui.forms.write_job import Target, reason
from ui.i18n import tr
from ui.tagbook import TagBook

_CLIENT = "Tagwatch bulk write"
_PAGE = 500
_ASKING = 8
#: How long values may take to come.
FIRST_VALUES_S = 3.0
_LOOK_S = 0.05

Told = Callable[[int, int], object]  # how many of how many


class BulkLoader:
    """``session_named`` finds open sessions, ``refusal`` says why one must not be written to."""

    def __init__(
        self,
        session_named: Callable[[str], Target | None],
        book: TagBook,
        clock: Clock,
        refusal: Callable[[str], str] = lambda session: "",
        big_change: float = BIG_CHANGE,
    ) -> None:
        self._session_named = session_named
        self._book = book
        self._clock = clock
        self._refusal = refusal
        self._big_change = big_change
        self._handles: dict[str, tuple[Target, int]] = {}
        self._items: dict[tuple[str, str], Item] = {}  # by session id and tag
        self._wrong: dict[tuple[str, str], str] = {}  # by source and tag: why there is no item

    async def load(self, lines: Sequence[BulkLine], told: Told = lambda done, of: None) -> list[BulkRow]:
        """A row for each line, in their order."""
        by_source: dict[str, list[str]] = {}
        for line in lines:
            if not line.problem:
                by_source.setdefault(line.ref.source, []).append(line.ref.tag)
        done = 0
        for source, tags in by_source.items():
            await self._find(source, list(dict.fromkeys(tags)))
            done += len(tags)
            told(done, len(lines))
        await self._ask()
        await self._wait_values()
        rows: list[BulkRow] = []
        for line in lines:
            rows.append(self._row(line))
            if len(rows) % _PAGE == 0:
                await asyncio.sleep(0)  # the window goes on
        mark_twice(rows)
        return rows

    async def _find(self, source: str, tags: Sequence[str]) -> None:
        session = self._session_named(source)
        if session is None:
            name = source or "—"
            words = tr("the session {source} is not open").format(source=name)
            self._wrong.update({(source, tag): words for tag in tags})
            return
        missing = [tag for tag in tags if (session.id, tag) not in self._items]
        try:
            if session.id not in self._handles:
                self._handles[session.id] = session, await calls.register(session, _CLIENT)  # type: ignore[arg-type]
            handle = self._handles[session.id][1]
            for start in range(0, len(missing), _PAGE):
                rows = await calls.subscribe(session, handle, missing[start : start + _PAGE])  # type: ignore[arg-type]
                for row in rows:
                    item = session.items.find(handle, row.item_handle) if row.success else None
                    if item is not None:
                        self._items[session.id, row.tag] = item
                    else:
                        self._wrong[source, row.tag] = row.error or tr("the source has no such tag")
        except GatewayError as error:
            self._wrong.update({(source, tag): reason(error) for tag in missing})

    async def _ask(self) -> None:
        """The properties of all tags that are not known yet."""
        unknown = iter([entry for entry in self._items if not self._book.known(*entry).data_type])

        async def work() -> None:
            for session_id, tag in unknown:
                await self._book.ask_now(session_id, tag)

        workers = [spawn(work(), name="bulk properties") for _ in range(_ASKING)]
        try:
            await asyncio.gather(*workers)
        finally:
            await join(*workers)

    async def _wait_values(self) -> None:
        """Until each has its first value, for a while: what is not there then is asked about."""
        sessions = {session.id: session for session, _ in self._handles.values()}
        waiting = [(sessions[entry[0]], item) for entry, item in self._items.items() if entry[0] in sessions]
        end = self._clock.monotonic() + FIRST_VALUES_S
        while waiting and self._clock.monotonic() < end:
            waiting = [(session, item) for session, item in waiting if session.items.sample(item.key) is None]
            if waiting:
                await self._clock.sleep(_LOOK_S)

    def _row(self, line: BulkLine) -> BulkRow:
        source, tag = line.ref.source, line.ref.tag
        session = self._session_named(source)
        item = None if session is None else self._items.get((session.id, tag))
        problem = self._wrong.get((source, tag), "") if item is None else self._refusal(source)
        if not problem and item is None and not line.problem:
            problem = tr("the session {source} is not open").format(source=source or "—")
        about = None if session is None else self._book.known(session.id, tag)
        return BulkRow(line, session, item, about, problem, self._big_change)

    async def close(self) -> None:
        """Give the server handles back, with every item on them."""
        handles, self._handles = self._handles, {}
        self._items.clear()
        for session, handle in handles.values():
            try:
                await calls.unregister(session, handle)  # type: ignore[arg-type]
            except GatewayError:  # it is closed: nothing is left of it
                continue
