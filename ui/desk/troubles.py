"""Sessions in trouble: their banners, from what the sessions tell, and what an operator does about them."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.events.notices import Notice, NoticeKind, Severity
from app.sessions.state import SessionState
from ui.banners import Trouble
from ui.bridge import act
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.format import iso_text
from ui.forms.details import DetailsDialog
from ui.i18n import tr

#: Banners that are of no session: who shows them also answers their buttons.
RECORDER, SET_ASIDE = "recorder", "set-aside"
OTHERS = (RECORDER, SET_ASIDE)


class TroublesDesk(QObject):
    """Nothing here opens anything by itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._retrying: set[str] = set()
        banners = desk.window.banners
        banners.details_wanted.connect(self._show_details)
        banners.retry_wanted.connect(self.retry)
        desk.window.sessions.retry_wanted.connect(self.retry)
        desk.frame.connect(self._take)
        desk.second.connect(lambda: banners.tick(desk.clock.utc_ns()))
        desk.utc_changed.connect(banners.set_utc)

    def _take(self, frame: FeedFrame) -> None:
        for session_id, notice in frame.notices:
            self._tell(session_id, notice)

    def _tell(self, session_id: str, notice: Notice) -> None:
        banners = self._desk.window.banners
        match notice.kind:
            case NoticeKind.SOURCE_LOST:
                self._worse(session_id, notice, self._words(session_id, notice))
            case NoticeKind.FAULT if notice.severity is Severity.ERROR:
                self._worse(session_id, notice, self._words(session_id, notice))
            case NoticeKind.WORKER_RESTART if not notice.details.get("restored"):
                before = banners.trouble(session_id)
                self._worse(session_id, notice, tr("no worker") if before is None else before.cause)
            case NoticeKind.STATE if notice.details["new"] == SessionState.CLOSED:
                banners.clear(session_id)
            case NoticeKind.STATE if notice.details["new"] == SessionState.FAULTED:
                if (trouble := banners.trouble(session_id)) is not None:
                    banners.tell(replace(trouble, ended=True, next_ns=0), self._desk.clock.utc_ns())
            case _:
                if notice.kind is NoticeKind.SOURCE_BACK or notice.details.get("restored"):
                    banners.clear(session_id)

    def _words(self, session_id: str, notice: Notice) -> str:
        return notice.message.removeprefix(f"{self._desk.name_of(session_id)}: ")

    def _worse(self, session_id: str, notice: Notice, cause: str) -> None:
        """The first loss is what it is since; a later one only has other words."""
        banners = self._desk.window.banners
        before = banners.trouble(session_id)
        session = self._desk.session(session_id)
        trouble = Trouble(
            session_id,
            self._desk.name_of(session_id),
            cause,
            notice.time_ns if before is None else before.since_ns,
            int(notice.details.get("next_attempt_ns") or 0),
            int(notice.details.get("attempt") or 0),
            session is None or session.state is SessionState.FAULTED,
        )
        banners.tell(trouble, self._desk.clock.utc_ns())

    # ---- what can be done

    def retry(self, session_id: str) -> None:
        """Once at a time: pressing again while it runs does nothing."""
        if session_id not in OTHERS and session_id not in self._retrying:
            self._retrying.add(session_id)
            act(
                self._retry(session_id),
                name="retry",
                failed=self._desk.say,
                done=lambda: self._retrying.discard(session_id),
            )

    async def _retry(self, session_id: str) -> None:
        session = self._desk.session(session_id)
        self._desk.told(tr("retry asked for"), session_id=session_id)
        if session is not None and session.state is not SessionState.FAULTED:
            await session.retry_now()
            return
        if session is not None:
            await self._desk.runtime.manager.close(session_id, "operator")
        self._desk.window.banners.clear(session_id)
        self._desk.window.sessions.reopen_wanted.emit(session_id)

    def _show_details(self, session_id: str) -> None:
        if session_id in OTHERS:
            return
        self._desk.window.sessions.choose(session_id)
        trouble = self._desk.window.banners.trouble(session_id)
        if trouble is None:
            return
        utc, session = self._desk.utc, self._desk.session(session_id)
        fields = [
            (tr("Session"), trouble.name),
            (tr("Cause"), trouble.cause),
            (tr("Since"), iso_text(trouble.since_ns, utc)),
            (tr("Attempt"), str(trouble.attempt or "")),
            (tr("Next attempt"), iso_text(trouble.next_ns, utc) if trouble.next_ns else tr("none is planned")),
        ]
        if session is not None:
            info = session.info()
            fields += [
                (tr("State"), tr(info.state.words)),
                (tr("Source"), info.source),
                (tr("Restarts"), str(info.restarts)),
            ]
            if info.fault is not None:
                fields += [(tr("Fault"), info.fault.code)]
                fields += [(name.replace("_", " "), text) for name, text in info.fault.details.items()]
        shown = [(name, text) for name, text in fields if text]
        DetailsDialog(tr("Trouble of {session}").format(session=trouble.name), shown, self._desk.window).show()
