"""A bulk write on its way: row after row or several together, each recorded, sent once, and followed to its end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.batch import Event
from app.errors import GatewayError
from app.records.audit_record import Origin
from app.records.audited import AuditedWriter
from app.tasks import Clock, join, spawn
from ui.forms.bulk_rows import BulkRow
from ui.forms.write_flow import Person, Stage, State, Wish
from ui.forms.write_job import Target, WriteJob, log_in

#: Writes that are on their way together.
TOGETHER = 16

#: As :meth:`ui.feed.Feed.on_completion`.
Listen = Callable[[str, int, Callable[[Event], None]], Callable[[], None]]


@dataclass(frozen=True, slots=True)
class BulkWish:
    """How the rows are to be written. ``people`` log in once for all of them."""

    people: tuple[Person, ...] = ()
    comment: str = ""
    together: bool = False
    stop_at_failure: bool = False


class BulkRun:
    """One run. :meth:`cancel` stops what has not been sent; what was sent is followed to its end."""

    def __init__(
        self,
        rows: Sequence[BulkRow],
        wish: BulkWish,
        writer: AuditedWriter,
        listen: Listen,
        clock: Clock,
        changed: Callable[[BulkRow], None],
        source_of: Callable[[Target], str] = lambda session: "",
    ) -> None:
        self.id = uuid.uuid4().hex[:12]
        self._rows = rows
        self._wish = wish
        self._writer = writer
        self._listen = listen
        self._clock = clock
        self._changed = changed
        self._source_of = source_of
        self._ids: dict[tuple[str, int], list[int] | GatewayError] = {}  # by session and people; or why there are none
        self._stopped = False
        self.begun = 0  # rows

    @property
    def left(self) -> int:
        """Rows that have not been begun."""
        return len(self._rows) - self.begun

    def cancel(self) -> None:
        self._stopped = True

    async def run(self) -> None:
        """Until every row that was begun has its end."""
        for row in self._rows:
            await self._log_in(row)
        waiting = iter(self._rows)
        workers = [spawn(self._work(waiting), name="bulk write") for _ in range(TOGETHER if self._wish.together else 1)]
        try:
            for worker in workers:
                await worker
        finally:
            await join(*workers)

    async def _work(self, waiting: Iterator[BulkRow]) -> None:
        for row in waiting:
            if self._stopped:
                return
            self.begun += 1
            await self._write(row)
            if row.failed and self._wish.stop_at_failure:
                self._stopped = True

    # ---- people

    def _people(self, row: BulkRow) -> tuple[Person, ...]:
        return self._wish.people[: row.write_class]

    async def _log_in(self, row: BulkRow) -> None:
        """Once for each session and each number of people; passwords are used here and nowhere else."""
        people = self._people(row)
        session, item = row.session, row.item
        if not people or session is None or item is None or (session.id, len(people)) in self._ids:
            return
        try:
            self._ids[session.id, len(people)] = await log_in(session, item.server_handle, people)
        except GatewayError as error:
            self._ids[session.id, len(people)] = error

    # ---- rows

    async def _write(self, row: BulkRow) -> None:
        session, item = row.session, row.item
        if session is None or item is None:
            return
        names = tuple(Person(person.user, "") for person in self._people(row))
        wish = Wish(row.new, None, names, self._wish.comment)
        ids = self._ids.get((session.id, len(names)), [])

        def show(state: State) -> None:
            row.state = state
            self._changed(row)

        show(row.flow.sent(wish))
        job = WriteJob(
            session, item, row.flow, self._clock, show, self._writer,
            origin=Origin.BULK, run=self.id, source=self._source_of(session),
        )  # fmt: skip
        stop = self._listen(session.id, item.key, job.heard)
        try:
            await job.send(wish, ids)
        finally:
            stop()
            if row.state is not None and row.state.stage.running:  # the window closes
                row.state = State(Stage.NO_ANSWER)
