"""The workspace: what the panes show, kept in a file, and beside it by itself."""

from __future__ import annotations

import asyncio
import datetime
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, QTimer
from PySide6.QtGui import QAction, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox, QWidget

from app import files
from ui import workspace as ws
from ui.aside import aside
from ui.bridge import act, answered
from ui.desk.desk import Desk
from ui.format import time_text
from ui.i18n import noop, tr
from ui.views.offers import Offers
from ui.widgets import on_key
from ui.workspace import Draft, Loaded, Parts, WorkspaceError

_log = logging.getLogger(__name__)

_LOOK_MS = 5000
#: Looking for changes may take this share of the time, whatever the lists hold.
_COST = 0.004
_RECENT = 10
_STOP_S = 0.7
#: Parts that change by themselves, or by looking around: they are kept, but nobody is told that they are unsaved.
_QUIET = frozenset({"layout"})
_FIRST = ("sources",)
_LAST = ("layout",)
_FILTER = noop("Workspaces (*.tagwatch);;All files (*)")
_SAVE_KEY = "Ctrl+S"
_SHORTCUT = "save workspace"


@dataclass(frozen=True, slots=True)
class Places:
    """Where files are: those of the user, and those that the program keeps for itself."""

    documents: Path
    drafts: Path
    number: int = 0  # of the instance

    @property
    def draft(self) -> Path:
        return self.drafts / f"autosave{self.number or ''}{ws.SUFFIX}"

    @property
    def offered(self) -> Path:
        """A draft that waits for an answer; drafts of this run do not overwrite it."""
        return self.drafts / f"recovered{self.number or ''}{ws.SUFFIX}"


def places(directory: Path, number: int = 0) -> Places:
    """``directory``: the program's own. Where the environment sets it, everything stays inside."""
    own = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    documents = directory if os.environ.get("TAGWATCH_CONFIG_DIR") or not own else Path(own) / "Tagwatch"
    return Places(documents, directory, number)


@dataclass(slots=True)
class _Kept:
    """What the file has, and what is not ours to change."""

    path: Path | None = None
    digest: str = ""
    saved: datetime.datetime | None = None
    other: dict[str, Any] = field(default_factory=dict)
    states: Parts = field(default_factory=dict)  # the last that each part told


class WorkspaceDesk(QObject):
    """The workspace's entries in the File menu, its name in the title, and autosave."""

    def __init__(self, desk: Desk, places: Places, qt: QApplication) -> None:
        super().__init__(desk)
        self._desk = desk
        self._places = places
        self._kept = _Kept()
        self._name = ""
        self._draft_digest = ""
        self._turn = asyncio.Lock()  # loading and saving, one after the other
        self._begun = False
        self.offers = Offers(desk.theme)
        desk.window.add_bar(self.offers)
        desk.theme_changed.connect(self.offers.set_theme)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._build()
        self._focus = qt.focusChanged.connect(self._focus_moved)

    def _build(self) -> None:
        window = self._desk.window
        self._recent = QMenu(tr("Open recent"), window)
        self._recent.aboutToShow.connect(self._fill_recent)
        file = window.menu("file")
        first = file.actions()[0] if file.actions() else None
        actions: list[QAction] = [
            window.add_action(tr("New workspace"), self.new, "Ctrl+N", "file"),
            window.add_action(tr("Open workspace …"), self.choose, "Ctrl+O", "file", "folder"),
            self._recent.menuAction(),
            window.add_action(tr("Save"), self.save, _SAVE_KEY, "file", "save"),
            window.add_action(tr("Save as …"), self.save_as, "Ctrl+Shift+S", "file"),
        ]
        separator = QAction(window)
        separator.setSeparator(True)
        for action in (*actions, separator):
            file.removeAction(action)
            if first is not None:
                file.insertAction(first, action)
            else:
                file.addAction(action)

    def _focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        """Dialogs are windows of their own, where the keys of the main window do nothing: each gets this one."""
        dialog = None if now is None else now.window()
        if not isinstance(dialog, QDialog) or dialog.findChild(QShortcut, _SHORTCUT) is not None:
            return
        shortcut = on_key(_SAVE_KEY, dialog, self.save)
        shortcut.setObjectName(_SHORTCUT)
        shortcut.setAutoRepeat(False)

    @property
    def path(self) -> Path | None:
        return self._kept.path

    @property
    def dirty(self) -> bool:
        """Whether something was changed that the file does not have."""
        return ws.digest(self._loud(self._collect())) != self._kept.digest

    # ---- the start

    async def begin(self, wanted: str = "", *, safe: bool = False) -> None:
        """What was asked for; else what was open last; else the sample. Never fails: trouble is told in a bar."""
        async with self._turn:  # a Ctrl+S meanwhile saves what is open then, not half of it
            await self._begin(wanted, safe)
        self._begun = True
        self._timer.start()
        self.look()

    async def _begin(self, wanted: str, safe: bool) -> None:
        draft, problem = (None, "") if safe else await aside(self._waiting_draft)
        last = str(self._desk.kept.value("workspace", "") or "")
        if safe:
            await self._blank(tr("Safe mode"))
            self._offer_last(last)
        elif wanted:
            await self._open_at_start(Path(wanted))
        elif last:
            await self._open_at_start(Path(last))
        elif draft is not None and draft.draft is not None and draft.draft.path is None and draft.draft.clean:
            await self._apply(draft, None, tr("Unnamed workspace"))
            await aside(ws.drop, self._places.offered)
            draft, more = await aside(self._next_draft)
            problem = " ".join(filter(None, [problem, more]))
        else:
            await self._sample()
        self._offer_waiting(draft, problem)

    async def _open_at_start(self, path: Path) -> None:
        if not await self._load(path):
            why = self.offers.shown()["failed"]
            await self._blank(tr("Unnamed workspace"))
            self.offers.offer("failed", why.removeprefix("▲ "), warning=True)

    async def _sample(self) -> None:
        text = (resources.files("resources") / f"sample{ws.SUFFIX}").read_text(encoding="utf-8")
        await self._apply(ws.parse(Path(f"sample{ws.SUFFIX}"), text), None, tr("Sample workspace"))
        self.offers.offer(
            "hint",
            tr(
                "The simulated plant and this computer are live. Double-click a tag to trend it, press F2 to write it "
                "(try Reactor.SP), F1 for help; Ctrl+Shift+O opens your own server."
            ),
        )

    async def _blank(self, name: str) -> None:
        await self._apply(Loaded({}, Path(name)), None, name)

    def _offer_last(self, last: str) -> None:
        choices = [(tr("Open the last workspace"), lambda: self.open(Path(last)))] if last else []
        words = tr("Safe mode: nothing was opened. The workspace that was open last is as it was.")
        self.offers.offer("safe", words, *choices)

    # ---- drafts

    def _waiting_draft(self) -> tuple[Loaded | None, str]:
        """What an earlier run left, set aside from what this one will leave; and what could not be read of it. A draft
        that waits for an answer already stays behind the new one."""
        fresh, problem = self._places.draft, ""
        try:
            if fresh.is_file() and ws.read(fresh).draft is not None:
                ws.supersede(self._places.offered, fresh)
        except (WorkspaceError, OSError) as error:
            problem, _ = _out_of_the_way(fresh, error)
        found, more = self._next_draft()
        return found, " ".join(filter(None, [problem, more]))

    def _next_draft(self) -> tuple[Loaded | None, str]:
        """The newest that can be read of those that wait; and what could not be read."""
        offered = self._places.offered
        problems: list[str] = []
        moved = True
        while moved and offered.is_file():
            try:
                return ws.read(offered), " ".join(problems)
            except (WorkspaceError, OSError) as error:
                problem, moved = _out_of_the_way(offered, error)
                problems.append(problem)
        return None, " ".join(problems)

    async def _drop_draft(self) -> None:
        """It is done with; the one behind it, if there is any, is offered."""
        await aside(ws.drop, self._places.offered)
        self._offer_waiting(*await aside(self._next_draft))

    def _offer_waiting(self, draft: Loaded | None, problem: str) -> None:
        if draft is not None:
            self._offer_draft(draft)
        if problem:
            self.offers.offer("broken draft", problem, warning=True)
            self._desk.told(problem)

    def _offer_draft(self, loaded: Loaded) -> None:
        draft = loaded.draft or Draft(None, False)
        if draft.path == self.path and ws.digest(self._loud(loaded.parts)) == self._kept.digest:
            act(self._drop_draft(), name="forget draft", failed=self._failed)
            return
        name = tr("a workspace without a name") if draft.path is None else draft.path.name
        when = "" if loaded.saved is None else time_text(round(loaded.saved.timestamp()) * 10**9, self._desk.utc)[:-4]
        words = (
            tr("Changes of {name} were not saved when Tagwatch was closed ({time}).")
            if draft.clean
            else tr("Tagwatch did not come to its end in order. Of {name} it had kept what there was at {time}.")
        )
        self.offers.offer(
            "draft",
            words.format(name=name, time=when),
            (tr("Take it over"), lambda: act(self._take_draft(loaded), name="recover", failed=self._failed)),
            (tr("Discard"), lambda: act(self._drop_draft(), name="discard", failed=self._failed)),
            warning=not draft.clean,
        )

    async def _take_draft(self, loaded: Loaded) -> None:
        draft = loaded.draft or Draft(None, False)
        async with self._turn:
            on_disk = self._kept
            await self._apply(loaded, draft.path, tr("Unnamed workspace"))
            # Not in the file: it counts as changed.
            self._kept.digest = on_disk.digest if on_disk.path == draft.path else "unsaved"
            self._show()
        await self._autosave(clean=False)
        await self._drop_draft()

    # ---- looking for changes

    def look(self) -> None:
        """Shows whether something is unsaved, and keeps it by itself. As often as it costs little."""
        if not self._begun or self._turn.locked():
            return
        began = time.perf_counter()
        states = self._collect()
        digest = ws.digest(states)
        changed = ws.digest(self._loud(states)) != self._kept.digest
        spent_s = time.perf_counter() - began
        self._timer.setInterval(max(_LOOK_MS, round(spent_s / _COST * 1000)))
        self._desk.window.setWindowModified(changed)
        if digest != self._draft_digest and (changed or self.path is None):
            act(self._autosave(clean=False), name="autosave", failed=self._desk.say)

    async def _autosave(self, *, clean: bool) -> None:
        states = self._collect()
        draft = Draft(self.path, clean, self._kept.saved)
        await aside(ws.write, self._places.draft, ws.text_of({**self._kept.other, **states}, _now(), draft))
        self._draft_digest = ws.digest(states)

    def _collect(self) -> Parts:
        """What every part tells. One that fails is kept as it told last."""
        for name, part in self._desk.parts.items():
            try:
                self._kept.states[name] = part.state()
            except Exception:
                _log.exception("%s cannot tell its state", name)
        return dict(self._kept.states)

    @staticmethod
    def _loud(states: Mapping[str, Any]) -> dict[str, Any]:
        return {name: state for name, state in states.items() if name not in _QUIET}

    # ---- opening

    def new(self) -> None:
        act(self._new(), name="new workspace", failed=self._failed)

    async def _new(self) -> None:
        if await self._may_leave():
            async with self._turn:
                await self._blank(tr("Unnamed workspace"))
            self._desk.kept.setValue("workspace", "")

    def choose(self) -> None:
        act(self._choose(), name="open workspace", failed=self._failed)

    async def _choose(self) -> None:
        dialog = QFileDialog(self._desk.window, tr("Open workspace"), str(self._folder()), tr(_FILTER))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        if (path := await _chosen(dialog)) is not None and await self._may_leave():
            await self.load(path)

    def open(self, path: Path) -> None:
        """As an operator asks for it; with unsaved changes it asks first, in a bar."""
        if not self.dirty or (self.path is None and self._draft_digest == ""):
            act(self.load(path), name="open workspace", failed=self._failed)
            return
        words = tr("{name} is to be opened, but {current} has changes that are not saved.")
        self.offers.offer(
            "open",
            words.format(name=path.name, current=self._name),
            (tr("Save, then open"), lambda: act(self._save_and_open(path), name="open", failed=self._failed)),
            (tr("Open without saving"), lambda: act(self.load(path), name="open", failed=self._failed)),
        )

    async def _save_and_open(self, path: Path) -> None:
        if await self.saved():
            await self.load(path)

    async def load(self, path: Path) -> bool:
        """Whether it is open now; what could not be read is told, and the open workspace stays then."""
        async with self._turn:
            return await self._load(path)

    async def _load(self, path: Path) -> bool:
        try:
            loaded = await aside(ws.load, path)
        except WorkspaceError as error:
            self._failed(str(error))
            return False
        await self._apply(loaded, path, path.stem)
        self._remember(path)
        if loaded.problems:
            self._failed(" ".join(loaded.problems))
        return True

    async def _apply(self, loaded: Loaded, path: Path | None, name: str) -> None:
        """Every part takes over its state, or an empty one; sources come first, for the others find them by name."""
        for matter in ("hint", "safe", "open", "failed"):
            self.offers.withdraw(matter)
        states = {**{part: {} for part in self._desk.parts}, **loaded.parts}
        for part in sorted(states, key=_order):
            if part not in self._desk.parts:
                continue
            try:
                await self._desk.parts[part].restore(states[part])
            except Exception as error:
                _log.exception("%s cannot be restored", part)
                self._failed(tr("{part} could not be restored ({reason}).").format(part=part, reason=repr(error)))
        unknown = {part: state for part, state in loaded.parts.items() if part not in self._desk.parts}
        self._kept = _Kept(path, "", loaded.saved, {**loaded.other, **unknown})
        self._kept.digest = ws.digest(self._loud(self._collect()))
        self._draft_digest = ws.digest(self._kept.states)
        self._name = name
        self._show()

    # ---- saving

    def save(self) -> None:
        """Ctrl+S: without a name it goes to the usual place, which is told."""
        act(self.saved(), name="save", failed=self._failed)

    async def saved(self) -> bool:
        return await self._save(None)

    def save_as(self) -> None:
        act(self._save_as(), name="save as", failed=self._failed)

    async def _save_as(self) -> None:
        dialog = QFileDialog(self._desk.window, tr("Save workspace"), str(self._folder()), tr(_FILTER))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ws.SUFFIX[1:])
        dialog.selectFile(self.path.name if self.path is not None else tr("Workspace") + ws.SUFFIX)
        if (path := await _chosen(dialog)) is not None:
            await self._save(path)

    async def _save(self, wanted: Path | None) -> bool:
        """None = where it was last, or the usual place."""
        async with self._turn:
            path = wanted or self.path or await aside(self._free_path)
            states = self._collect()
            now = _now()
            try:
                aside_name = await aside(ws.save, path, ws.text_of({**self._kept.other, **states}, now))
            except WorkspaceError as error:
                self.offers.offer("failed", str(error), (tr("Save as …"), self.save_as), warning=True)
                return False
            self._kept.path, self._kept.saved = path, now
            self._kept.digest = ws.digest(self._loud(states))
            self._draft_digest = ws.digest(states)
            self._name = path.stem
            await aside(files.remove, self._places.draft)
        self.offers.withdraw("failed")
        words = tr("Saved in {path}").format(path=path)
        if aside_name is not None:
            words += tr("; what could not be read there is kept as {name}").format(name=aside_name.name)
        self._desk.say(words)
        self._remember(path)
        self._show()
        return True

    def _free_path(self) -> Path:
        usual = tr("Workspace")
        names = (f"{usual}{f' {number}' if number > 1 else ''}{ws.SUFFIX}" for number in range(1, 10_000))
        return next(path for path in (self._places.documents / name for name in names) if not path.exists())

    async def _may_leave(self) -> bool:
        """Whether the open workspace can be left: saved, if the operator wants it."""
        if not self.dirty:
            return True
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            tr("Unsaved changes"),
            tr("{name} has changes that are not saved.").format(name=self._name),
            QMessageBox.StandardButton.Save | QMessageBox.StandardButton.Discard | QMessageBox.StandardButton.Cancel,
            self._desk.window,
        )
        box.setDefaultButton(QMessageBox.StandardButton.Save)
        answer = await answered(box)
        box.deleteLater()
        if answer == QMessageBox.StandardButton.Save:
            return await self.saved()
        return answer == QMessageBox.StandardButton.Discard

    # ---- the end

    async def stop(self) -> None:
        """What is unsaved is kept for the next start, if the disk takes it in time."""
        self._timer.stop()
        self.disconnect(self._focus)
        if not self._begun:
            return
        try:
            async with asyncio.timeout(_STOP_S):
                if self.dirty or self.path is None:
                    await self._autosave(clean=True)
                else:
                    await aside(files.remove, self._places.draft)
        except (TimeoutError, WorkspaceError, OSError) as error:
            _log.warning("the unsaved workspace could not be kept: %s", error)

    # ---- names and words

    def _show(self) -> None:
        self._desk.window.set_name(self._name, str(self.path or ""))
        self._desk.window.setWindowModified(ws.digest(self._loud(self._kept.states)) != self._kept.digest)

    def _failed(self, words: str) -> None:
        self.offers.offer("failed", words, warning=True)
        self._desk.told(words)

    def _folder(self) -> Path:
        folder = self.path.parent if self.path is not None else self._places.documents
        return folder if folder.is_dir() else Path.home()

    def recent(self) -> list[Path]:
        """The newest first."""
        kept = self._desk.kept.value("recent_workspaces", [])
        return [Path(str(path)) for path in (kept if isinstance(kept, list) else [kept]) if path]

    def _remember(self, path: Path) -> None:
        self._desk.kept.setValue("workspace", str(path))
        others = [other for other in self.recent() if other != path]
        self._desk.kept.setValue("recent_workspaces", [str(entry) for entry in [path, *others][:_RECENT]])

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self.recent():
            action = self._recent.addAction(f"{path.stem}   {path.parent}".replace("&", "&&"))
            action.triggered.connect(_opens(self._may_open, path))
        if not self.recent():
            self._recent.addAction(tr("nothing yet")).setEnabled(False)

    def _may_open(self, path: Path) -> None:
        act(self._leave_for(path), name="open workspace", failed=self._failed)

    async def _leave_for(self, path: Path) -> None:
        if await self._may_leave():
            await self.load(path)


def _opens(act_on: Callable[[Path], None], path: Path) -> Callable[[], None]:
    return lambda: act_on(path)


async def _chosen(dialog: QFileDialog) -> Path | None:
    try:
        if await answered(dialog) != QFileDialog.DialogCode.Accepted:
            return None
        return Path(dialog.selectedFiles()[0])
    finally:
        dialog.deleteLater()


def _order(part: str) -> tuple[int, str]:
    return (0 if part in _FIRST else 2 if part in _LAST else 1), part


def _out_of_the_way(draft: Path, error: Exception) -> tuple[str, bool]:
    """The words about it, and whether it could be moved; what is behind it takes its place then."""
    _log.warning("what was saved by itself cannot be read: %s", error)
    words = tr("What was kept by itself cannot be read: {error}").format(error=error)
    try:
        kept = ws.put_aside(draft)
        ws.drop(draft)
    except OSError:
        return words, False
    return words if kept is None else tr("{words} It is kept as {name}.").format(words=words, name=kept), True


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).astimezone()
