"""File → Sources…: the sources manager."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app.config import RestartPolicy
from app.errors import GatewayError
from app.sessions.manager import OpenRequest
from app.sessions.session import Session
from app.sessions.state import SessionState
from ui import workspace as ws
from ui.aside import aside
from ui.bridge import act, answered, words
from ui.desk.desk import Desk
from ui.desk.opening import Asker
from ui.desk.sessions import SessionsDesk
from ui.desk.sources import SourcesDesk
from ui.desk.trial import tried
from ui.forms.source import SourceForm
from ui.forms.sources import SourcesForm
from ui.i18n import noop, tr
from ui.models.sessions import state_words
from ui.sources import Source
from ui.workspace import WorkspaceError

_FILTER = noop("Sources and workspaces (*.tagwatch *.json);;All files (*)")


class ManagerDesk(QObject):
    """The list of saved sources, and forms for each."""

    def __init__(self, desk: Desk, sessions: SessionsDesk, sources: SourcesDesk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._sessions = sessions
        self._sources = sources
        self._form: SourcesForm | None = None
        self._deleted: list[tuple[int, Source]] = []
        desk.window.add_action(tr("Sources …"), self.show, None, "file", "sources")
        desk.window.sessions.edit_wanted.connect(self.edit)
        desk.second.connect(self.refresh)

    def show(self) -> None:
        if self._form is None:
            self._form = form = SourcesForm(self._desk.window)
            form.open_wanted.connect(self._sources.open_named)
            form.new_wanted.connect(lambda: self._ask(None))
            form.edit_wanted.connect(self.edit)
            form.duplicate_wanted.connect(self.duplicate)
            form.delete_wanted.connect(self.delete)
            form.undo_wanted.connect(self.undo)
            form.test_wanted.connect(lambda name: act(self._test(name), name="test source", failed=form.say))
            form.import_wanted.connect(lambda: act(self._import(), name="import sources", failed=form.say))
            form.export_wanted.connect(lambda: act(self._export(), name="export sources", failed=form.say))
        self.refresh()
        self._form.show_recent(self._sources.recent(), self._add)
        self._form.show()
        self._form.raise_()
        self._form.activateWindow()

    def refresh(self) -> None:
        if self._form is None:
            return
        sources = list(self._desk.saved)
        self._form.show_sources(sources, [self._state(source) for source in sources])

    def _state(self, source: Source) -> str:
        """In the words of the sessions tree; of a source that failed also why."""
        rows = [row for row in self._sessions.model.rows() if row.name == source.name]
        row = next((row for row in rows if not row.gone), rows[-1] if rows else None)
        if row is None:
            return tr("not open")
        words = state_words(row)
        return f"{words}: {row.fault}" if row.gone and row.fault else words

    # ---- the list

    def _add(self, source: Source) -> None:
        added = self._sources.add(source)
        self.refresh()
        self._say(tr("{name} was added").format(name=added.name), added.name)

    def duplicate(self, name: str) -> None:
        if (copy := self._desk.saved.duplicate(name)) is not None:
            self._changed()
            self._say(tr("{name} was added").format(name=copy.name), copy.name)

    def delete(self, name: str) -> None:
        """From the workspace; a session that is open goes on. It can be brought back."""
        source = self._desk.saved.find(name)
        if source is None:
            return
        self._deleted.append((self._desk.saved.remove(name), source))
        self._changed()
        if self._form is not None:
            self._form.say(tr("{name} was deleted").format(name=name), undo=True)

    def undo(self) -> None:
        if not self._deleted:
            return
        at, source = self._deleted.pop()
        source = replace(source, name=self._desk.saved.free_name(source.name))
        self._desk.saved.put(source, at=at)
        self._changed()
        self._say(tr("{name} is back").format(name=source.name), source.name, undo=bool(self._deleted))

    def _changed(self) -> None:
        self._sources.show_saved()
        self.refresh()

    def _say(self, said: str, name: str = "", *, undo: bool = False) -> None:
        if self._form is not None:
            self._form.say(said, undo=undo)
            self._form.choose(name)

    # ---- one source

    def edit(self, name: str) -> None:
        if (source := self._desk.saved.find(name)) is not None:
            self._ask(source)

    def _ask(self, source: Source | None) -> None:
        act(self._asked(source), name="edit source", failed=self._desk.say)

    async def _asked(self, source: Source | None) -> None:
        parent: QWidget = self._form if self._form is not None and self._form.isVisible() else self._desk.window
        form = SourceForm(self._desk.theme, source, parent, keyring=await self._sources.vault.name())
        form.asked.connect(lambda: act(self._save(form, source), name="save source", failed=form.show_error))

        def test() -> None:
            task = act(self._try(form), name="test source", failed=form.show_error)
            form.rejected.connect(task.cancel)

        form.trial_asked.connect(test)
        try:
            await answered(form)
        finally:
            form.forget()
            form.deleteLater()

    async def _save(self, form: SourceForm, before: Source | None) -> None:
        source = form.source()
        self._desk.saved.put(source, instead_of="" if before is None else before.name)
        if form.password:
            await self._sources.opener.know(source.account, form.password, keep=form.keep)
        self._changed()
        form.accept()
        said = tr("{name} was saved").format(name=source.name)
        if before is not None and self._desk.session_named(before.name) is not None:
            said += tr("; its open session stays as it is until it is opened again")
        self._say(said, source.name)

    # ---- trials

    async def _try(self, form: SourceForm) -> None:
        source = form.source()
        form.show_busy(tr("testing …"))
        said = await self._tried(source, Asker(form), form.password, form.show_busy)
        if said:
            form.show_good(said)
        else:
            form.show_error(tr("Not tested."))

    async def _test(self, name: str) -> None:
        source = self._desk.saved.find(name)
        if source is not None and self._form is not None:
            self._form.say(tr("{name}: testing …").format(name=name))
            said = await self._tried(source, Asker(self._form), "", self._form.say)
            self._form.say(f"✓ {said}" if said else "")

    async def _tried(self, source: Source, asker: Asker, password: str, say: Any) -> str:
        """What the source said; "" where the operator turned back. GatewayError tells the steps that were done, the one
        that failed, and why."""
        options = await self._sources.opener.options(source, asker, password)
        if options is None:
            return ""
        steps: list[SessionState] = []

        def step(state: SessionState) -> None:
            steps.append(state)
            say(f"{source.name}: {_steps(steps, '…')}")

        def begun(session: Session) -> None:
            self._sessions.hidden.add(session.id)
            self._desk.know(session)

        name = tr("test of {name}").format(name=source.name)
        request = OpenRequest(source.backend, options, name=name, restart=RestartPolicy.NEVER)
        try:
            return await tried(self._desk.runtime, request, begun, step)
        except GatewayError as error:
            raise GatewayError(error.code, f"{words(error)}\n{_steps(steps, '✕')}") from error

    # ---- files

    async def _import(self) -> None:
        dialog = QFileDialog(self._form, tr("Import sources"), str(Path.home()), tr(_FILTER))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if (path := await _path(dialog)) is None:
            return
        try:
            loaded = await aside(ws.load, path)
        except WorkspaceError as error:
            self._say(str(error))
            return
        before = len(self._desk.saved)
        problems = self._desk.saved.take(loaded.parts.get("sources", {}).get("sources", []))
        self._changed()
        said = tr("{count} sources were added from {name}").format(count=len(self._desk.saved) - before, name=path.name)
        self._say(". ".join([said, *problems]))

    async def _export(self) -> None:
        dialog = QFileDialog(self._form, tr("Export sources"), str(Path.home()), tr(_FILTER))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ws.SUFFIX[1:])
        dialog.selectFile(f"{tr('Sources')}{ws.SUFFIX}")
        if (path := await _path(dialog)) is not None:
            now = datetime.datetime.now(datetime.UTC).astimezone()
            await aside(ws.save, path, ws.text_of({"sources": self._sources.state()}, now))
            self._say(tr("Saved in {path}; passwords are not in it").format(path=path))


def _steps(steps: list[SessionState], mark: str) -> str:
    """What was done, and the one that is on its way or failed."""
    done = [f"✓ {tr(state.words)}" for state in steps[:-1]]
    return " · ".join([*done, *(f"{mark} {tr(state.words)}" for state in steps[-1:])])


async def _path(dialog: QFileDialog) -> Path | None:
    try:
        accepted = await answered(dialog) == QFileDialog.DialogCode.Accepted
        return Path(dialog.selectedFiles()[0]) if accepted and dialog.selectedFiles() else None
    finally:
        dialog.deleteLater()
