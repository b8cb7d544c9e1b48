"""Read-only mode: for the whole window, and for single sessions. It is kept, and seen at all times."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel

from app.sessions.session import Session
from ui.desk.desk import Desk
from ui.desk.writing import WritingDesk
from ui.forms.bulk import BulkForm
from ui.forms.write import WriteForm
from ui.i18n import tr
from ui.models.items import ItemsModel
from ui.theme import Theme

_WHOLE, _SESSIONS = "read only/whole", "read only/sessions"


class ReadOnlyDesk(QObject):
    """The switches, and what shows them: title, status bar, disabled actions with the reason, open forms. The writer
    itself keeps to it, whatever is shown."""

    def __init__(self, desk: Desk, writing: WritingDesk, items: ItemsModel) -> None:
        super().__init__(desk)
        self._desk = desk
        self._items = items
        self._mode = writing.read_only
        kept = desk.kept.value(_SESSIONS, [])
        names = kept if isinstance(kept, list) else [kept] if kept else []
        self._mode.sessions = frozenset(str(name) for name in names)
        window = desk.window
        window.menu("tag").addSeparator()
        window.menu("tag").setToolTipsVisible(True)
        self._whole = self._check(tr("Read-only"), self._toggled)
        self._whole.setToolTip(tr("Write nothing from this window, whatever is clicked"))
        self._one = self._check(tr("Session read-only"), self._toggled_one)
        self._label = QLabel()
        self._label.setAccessibleName(tr("Read-only mode"))
        window.statusBar().insertPermanentWidget(1, self._label)
        window.items.refusal = self._refusal
        window.sessions.read_only = lambda name: name in self._mode.sessions
        window.sessions.read_only_wanted.connect(self.set_session)
        window.sessions.chosen.connect(lambda _: self.show())
        desk.session_opened.connect(self._opened)
        desk.theme_changed.connect(self._set_theme)
        desk.read_only_changed.connect(self._set_whole)
        self._set_theme(desk.theme)
        if desk.kept.value(_WHOLE, "false") == "true":
            desk.set_read_only(True)
        self.show()

    def _check(self, words: str, act: object) -> QAction:
        action = self._desk.window.add_action(words, lambda: None, None, "tag", "lock")
        action.setCheckable(True)
        action.toggled.connect(act)
        return action

    # ---- switching

    def _toggled(self, on: bool) -> None:
        if on != self._desk.read_only:
            self._desk.kept.setValue(_WHOLE, "true" if on else "false")
            self._desk.set_read_only(on)

    def _set_whole(self, on: bool) -> None:
        """Also from the command line: that is for this run alone."""
        self._mode.whole = on
        self._desk.told(tr("read-only mode on") if on else tr("read-only mode off"))
        self.show()

    def _toggled_one(self, on: bool) -> None:
        if name := self._chosen():
            self.set_session(name, on)

    def set_session(self, name: str, on: bool) -> None:
        """By its name: it stays so when the session is opened again."""
        if on == (name in self._mode.sessions):
            return
        sessions = self._mode.sessions | {name} if on else self._mode.sessions - {name}
        self._mode.sessions = sessions
        self._desk.kept.setValue(_SESSIONS, sorted(sessions))
        words = tr("{session} is read-only now") if on else tr("{session} can be written again")
        session = self._desk.session_named(name)
        self._desk.told(words.format(session=name), session_id="" if session is None else session.id)
        self.show()

    # ---- showing

    def _chosen(self) -> str:
        row = self._desk.window.sessions.current()
        return "" if row is None or row.gone else row.name

    def _refusal(self) -> str:
        """Why the tag that the items' cursor is on must not be written."""
        return self._desk.refusal(self._desk.name_of(self._items.session_id))

    def _opened(self, _: Session) -> None:
        self.show()

    def words(self) -> str:
        """What is read-only, "" = nothing that is open."""
        if self._mode.whole:
            return tr("Read-only")
        names = sorted(session.name for session in self._desk.runtime.manager.list())
        locked = [name for name in names if name in self._mode.sessions]
        return tr("Read-only: {sessions}").format(sessions=", ".join(locked)) if locked else ""

    def show(self) -> None:
        words = self.words()
        window = self._desk.window
        window.set_note(words)
        self._label.setText(words if len(words) <= 40 else f"{words[:39]}…")
        self._label.setToolTip(words)
        self._label.setVisible(bool(words))
        for action, on in ((self._whole, self._mode.whole), (self._one, self._chosen() in self._mode.sessions)):
            action.blockSignals(True)
            action.setChecked(on)
            action.blockSignals(False)
        self._one.setEnabled(bool(self._chosen()) and not self._mode.whole)
        window.show_possible()
        for form in (*window.findChildren(WriteForm), *window.findChildren(BulkForm)):
            form.show_read_only()

    def _set_theme(self, theme: Theme) -> None:
        self._label.setStyleSheet(
            f"background: {theme.warning_back}; color: {theme.text}; border-radius: 3px; padding: 1px 8px"
        )
