"""Sessions: opened, watched over, closed."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from app.config import RestartPolicy
from app.errors import GatewayError
from app.events.notices import Notice, NoticeKind
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from ui.bridge import act, answered, words
from ui.desk.desk import Desk
from ui.feed import FeedFrame
from ui.format import time_text
from ui.forms.certificate import CertificateForm
from ui.forms.connect import ConnectForm, Connection
from ui.i18n import tr
from ui.models.sessions import SessionsModel

_RECENT = 10


class SessionsDesk(QObject):
    """The sessions pane, its actions, the dialog for OPC UA, and the banners."""

    def __init__(self, desk: Desk, model: SessionsModel) -> None:
        super().__init__(desk)
        self._desk = desk
        self.model = model
        self._requests: dict[str, OpenRequest] = {}
        desk.frame.connect(self._take)
        desk.second.connect(self.refresh)
        view = desk.window.sessions
        view.close_wanted.connect(self.close)
        view.kill_wanted.connect(self.kill)
        view.reopen_wanted.connect(self.reopen)
        view.extend_wanted.connect(self._extend)
        desk.window.banners.details_wanted.connect(view.choose)
        desk.window.open_opcua_wanted.connect(self.connect_opcua)

    def refresh(self) -> None:
        """Figures that no event tells."""
        infos = [session.info() for session in self._desk.runtime.manager.list()]
        self.model.refresh(infos, self._desk.clock.monotonic(), self._desk.clock.utc_ns())

    def request_of(self, session_id: str) -> OpenRequest | None:
        """What the session was opened with; it may hold a password."""
        return self._requests.get(session_id)

    # ---- opening

    async def open(self, request: OpenRequest, *, quiet: bool = False) -> Session | None:
        """A ready session, in the tree and with its name in the log; None, told in the tree, when it did not start.
        ``quiet``: raises instead, and leaves nothing in the tree."""
        desk = self._desk
        session = desk.runtime.manager.begin(request)
        desk.know(session)
        self._requests[session.id] = request
        self.refresh()
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

    def open_more(self, backend: str, name: str) -> None:
        """A further session of a source that needs no address."""
        request = OpenRequest(backend, name=self._desk.free_name(name), restart=RestartPolicy.ON_FAULT, keep_alive=True)
        act(self._open_and_choose(request), name=f"open {backend}", failed=self._desk.say)

    async def _open_and_choose(self, request: OpenRequest) -> None:
        session = await self.open(request)
        if session is not None:
            self._desk.window.sessions.choose(session.id)

    def reopen(self, session_id: str) -> None:
        request = self._requests.get(session_id)
        if request is not None:
            self.model.dismiss(session_id)
            act(self._open_and_choose(request), name="open again", failed=self._desk.say)

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

    def _extend(self, session_id: str) -> None:
        try:
            self._desk.runtime.manager.extend(session_id)
        except GatewayError as error:
            self._desk.say(words(error))

    # ---- OPC UA

    def connect_opcua(self) -> None:
        form = ConnectForm(self._desk.theme, self._recent(), self._desk.window)

        def connect(wanted: Connection) -> None:
            task = act(self._connect(form, wanted), name="open opcua", failed=form.show_error)
            form.rejected.connect(task.cancel)

        form.asked.connect(connect)
        form.open()

    async def _connect(self, form: ConnectForm, wanted: Connection) -> None:
        """Opens the session, asking for trust on the way; errors are shown in the form, which stays open."""
        kept = self._desk.kept
        request = OpenRequest(
            "opcua",
            wanted.options,
            name=self._desk.free_name(wanted.name),
            restart=RestartPolicy.ON_FAULT if wanted.restart else RestartPolicy.NEVER,
            keep_alive=True,
        )
        trusted = kept.value(f"trusted/{_key(wanted.endpoint)}")
        if trusted and "trusted" not in wanted.options:
            await self._connect(form, wanted.trusting(str(trusted)))
            return
        try:
            session = await self.open(request, quiet=True)
        except GatewayError as error:
            if error.code not in ("CertificateNotTrusted", "CertificateChanged"):
                raise
            if await answered(CertificateForm(error.fault, self._desk.theme, form)) != 1:
                form.show_error(tr("Not connected: the server's certificate is not trusted."))
                return
            fingerprint = error.fault.details["fingerprint"]
            kept.setValue(f"trusted/{_key(wanted.endpoint)}", fingerprint)
            self._desk.told(tr("server certificate trusted"), tag=wanted.endpoint, value=fingerprint[:16] + "…")
            await self._connect(form, wanted.trusting(fingerprint))
            return
        self._remember(wanted.endpoint)
        form.accept()
        if session is not None:
            self._desk.window.sessions.choose(session.id)

    def _recent(self) -> list[str]:
        kept = self._desk.kept.value("recent", [])
        return [str(address) for address in kept] if isinstance(kept, list) else [str(kept)] if kept else []

    def _remember(self, endpoint: str) -> None:
        others = [address for address in self._recent() if address != endpoint]
        self._desk.kept.setValue("recent", [endpoint, *others][:_RECENT])

    # ---- banners

    def _take(self, frame: FeedFrame) -> None:
        self.model.take(frame)
        for session_id, notice in frame.notices:
            self._tell(session_id, notice)

    def _tell(self, session_id: str, notice: Notice) -> None:
        banners = self._desk.window.banners
        match notice.kind:
            case NoticeKind.SOURCE_LOST | NoticeKind.FAULT:
                self._banner(session_id, notice.message, notice.time_ns, notice.details.get("next_attempt_ns", "0"))
            case NoticeKind.WORKER_RESTART if not notice.details.get("restored"):
                self._banner(session_id, notice.message, notice.time_ns, "0")
            case NoticeKind.STATE:
                if notice.details["new"] == "Closed":
                    banners.clear(session_id)
            case _:
                if notice.kind is NoticeKind.SOURCE_BACK or notice.details.get("restored"):
                    banners.clear(session_id)

    def _banner(self, session_id: str, message: str, time_ns: int, next_ns: str) -> None:
        utc = self._desk.utc
        parts = [message, " ", tr("(since {time})").format(time=time_text(time_ns, utc, date=False))]
        if next_ns not in ("", "0"):
            parts.append(tr(", next attempt {time}").format(time=time_text(int(next_ns), utc, date=False)))
        self._desk.window.banners.say(session_id, "".join(parts))


def _key(endpoint: str) -> str:
    """An address as the name of a kept value: slashes would make groups of it."""
    return endpoint.replace("/", "_").replace(":", "_")
