"""The API of the window: other programs get what the window does, while somebody wants that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLabel

from app import config
from app.alarms.model import Alarm, AlarmId, Change
from app.alarms.states import AlarmEvent
from app.api.host import ApiHost
from app.api.records import Kept
from app.api.server import Served
from app.api.sources import SavedSource
from app.config import JournalPolicy, SettingError
from app.errors import GatewayError
from app.records.history import History
from app.sessions.session import Session
from ui.bridge import act
from ui.desk.alarms import AlarmsDesk
from ui.desk.desk import Desk
from ui.desk.sources import SourcesDesk
from ui.desk.writing import WritingDesk
from ui.i18n import tr
from ui.sources import Source
from ui.vault import Vault

_ON = "api/on"


class ApiDesk(QObject):
    """A switch, which is kept, and the address in the status bar. Off, unless settings or somebody say otherwise."""

    changed = Signal()  # it listens, or does not any more

    def __init__(self, desk: Desk, sources: SourcesDesk, writing: WritingDesk, alarms: AlarmsDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        settings = desk.runtime.settings
        journal = None if settings.journal is JournalPolicy.OFF else config.directory() / "journal"
        self.host = ApiHost(
            Served(
                desk.runtime.manager,
                settings,
                desk.clock,
                writer=writing.writer,
                kept=Kept(journal, writing.store, History(config.directory() / "records")),
                alarms=_Alarms(alarms),
                sources=_Sources(desk, sources.vault),
                store_problem=lambda: writing.store.problem,
            ),
            desk.runtime.metrics,
        )
        window = desk.window
        self.switch = window.add_action(tr("Offer the API to other programs"), lambda: None, None, "tools", "sources")
        self.switch.setCheckable(True)
        self.switch.setToolTip(tr("Other programs on this computer may use sessions, values and alarms, with a key"))
        self._label = QLabel()
        self._label.setAccessibleName(tr("Address of the API"))
        self._label.hide()
        window.statusBar().insertPermanentWidget(1, self._label)
        desk.runtime.manager.watch(self._opened)

    def start(self) -> None:
        on = self._desk.kept.value(_ON)
        wanted = self._desk.runtime.settings.api if on is None else on == "true"
        self.switch.setChecked(wanted)
        self.switch.toggled.connect(self._toggled)
        if wanted:
            self._toggled(True)

    async def stop(self) -> None:
        """Before the sessions: their clients are told that they end."""
        await self.host.stop(0.2)

    def _opened(self, session: Session) -> None:
        """Sessions of other programs have names in the log as well."""
        if session.spec.client_identity or session.spec.owner_key is not None:
            self._desk.know(session)

    def _toggled(self, on: bool) -> None:
        self._desk.kept.setValue(_ON, "true" if on else "false")
        act(self._set(on), name="API", failed=self._desk.say, done=self._show)

    async def _set(self, on: bool) -> None:
        if not on:
            await self.host.stop()
            self._desk.told(tr("the API is off"))
        elif not self.host.address:
            try:
                address = await self.host.start()
            except (SettingError, GatewayError) as error:
                words = error.fault.message if isinstance(error, GatewayError) else str(error)
                self._desk.say(tr("The API is not there: {reason}").format(reason=words))
                return
            self._desk.told(tr("the API listens on {address}").format(address=address))

    def _show(self) -> None:
        address = self.host.address
        self._label.setText(tr("API {address}").format(address=address))
        self._label.setVisible(bool(address))
        self._label.setToolTip(tr("Other programs reach this window here; keys are in Tools → API keys …"))
        self.changed.emit()


class _Sources:
    """The window's saved sources; their passwords come from the keyring."""

    def __init__(self, desk: Desk, vault: Vault) -> None:
        self._desk = desk
        self._vault = vault

    def all(self) -> Sequence[Source]:
        return tuple(self._desk.saved)

    async def secrets(self, source: SavedSource) -> Mapping[str, str]:
        saved = self._desk.saved.find(source.name)
        if saved is None or not saved.account:
            return {}
        password = await self._vault.get(saved.account)
        return {} if password is None else {saved.secret: password}


class _Alarms:
    """The window's alarms, as the API sees them."""

    def __init__(self, desk: AlarmsDesk) -> None:
        self._desk = desk

    def alarms(self) -> Iterable[Alarm]:
        return self._desk.engine.alarms()

    def get(self, alarm_id: AlarmId) -> Alarm | None:
        return self._desk.engine.get(alarm_id)

    def listen(self, told: Callable[[Sequence[Change]], None]) -> Callable[[], None]:
        self._desk.listeners.append(told)

        def stop() -> None:
            if told in self._desk.listeners:
                self._desk.listeners.remove(told)

        return stop

    def operate(
        self, ids: Sequence[AlarmId], event: AlarmEvent, *, comment: str, until_ns: int, who: str
    ) -> list[AlarmId]:
        return self._desk.operate_for(ids, event, comment, until_ns, who)
