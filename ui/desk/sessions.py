"""Sessions: opened, watched over, closed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox

from app.errors import GatewayError
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from ui.bridge import act, answered, words
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.forms.details import DetailsDialog
from ui.i18n import tr
from ui.models.sessions import SessionsModel, detail_fields


class SessionsDesk(QObject):
    """The sessions pane and its actions."""

    begun = Signal(object)  # a Session that is in the tree, and starts

    def __init__(self, desk: Desk, model: SessionsModel) -> None:
        super().__init__(desk)
        self._desk = desk
        self.model = model
        self.hidden: set[str] = set()  # sessions that are no operator's: trials of a connection
        desk.frame.connect(self._take)
        desk.second.connect(self.refresh)
        view = desk.window.sessions
        view.close_wanted.connect(self.close)
        view.kill_wanted.connect(self.kill)
        view.extend_wanted.connect(self._extend)
        view.details_wanted.connect(self._details)
        view.log_wanted.connect(self._show_log)

    def refresh(self) -> None:
        """Figures that no event tells."""
        sessions = self._desk.runtime.manager.list()
        infos = [session.info() for session in sessions if session.id not in self.hidden]
        self.model.refresh(infos, self._desk.clock.monotonic(), self._desk.clock.utc_ns())

    # ---- opening

    async def open(self, request: OpenRequest, *, quiet: bool = False) -> Session | None:
        """A ready session, in the tree and with its name in the log; None, told in the tree, when it did not start.
        ``quiet``: raises instead, and leaves nothing in the tree."""
        desk = self._desk
        session = desk.runtime.manager.begin(request)
        desk.know(session)
        self.refresh()
        self.begun.emit(session)
        try:
            await desk.runtime.manager.start(session)
        except GatewayError as error:
            if quiet:
                self.model.dismiss(session.id)
                raise
            self.model.failed(session.id, request.backend, session.name, words(error))
            desk.say(words(error))
            return None
        self.refresh()
        desk.session_opened.emit(session)
        return session

    # ---- ending

    def close(self, session_id: str) -> None:
        self._desk.told(tr("session closed"), session_id=session_id)
        act(self._desk.runtime.manager.close(session_id, "operator"), name="close session", failed=self._desk.say)

    def kill(self, session_id: str) -> None:
        act(self._confirm_kill(session_id), name="kill worker", failed=self._desk.say)

    async def _confirm_kill(self, session_id: str) -> None:
        question = tr("End the worker of {session} at once? Its session is closed.")
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            tr("Kill worker"),
            question.format(session=self._desk.name_of(session_id)),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            self._desk.window,
        )
        box.setDefaultButton(QMessageBox.StandardButton.No)
        if await answered(box) == QMessageBox.StandardButton.Yes:
            self._desk.told(tr("worker killed"), session_id=session_id)
            await self._desk.runtime.manager.kill(session_id, "operator")

    def _details(self, row_id: str) -> None:
        row = next((row for row in self.model.rows() if row.id == row_id), None)
        if row is not None:
            title = tr("Session {name}").format(name=row.name)
            DetailsDialog(title, detail_fields(row, self._desk.utc), self._desk.window).show()

    def _show_log(self, session_id: str) -> None:
        self._desk.window.show_pane("log")
        self._desk.window.log.show_session(session_id)

    def _extend(self, session_id: str) -> None:
        try:
            self._desk.runtime.manager.extend(session_id)
        except GatewayError as error:
            self._desk.say(words(error))

    # ---- what comes

    def _take(self, frame: FeedFrame) -> None:
        self.model.take(frame)
