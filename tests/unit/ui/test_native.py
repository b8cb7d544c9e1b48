"""What the desktop is asked for beyond Qt: by whom it is asked, and that nobody is hurt where it refuses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from ui import taskbar as taskbars
from ui.native import APP_ID, Elsewhere, native
from ui.taskbar import TaskbarProgress

WINDOWS = sys.platform == "win32"


class Told(Elsewhere):
    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def progress(self, window: int, done: int, most: int) -> None:
        self.said.append((window, done, most))

    def no_progress(self, window: int) -> None:
        self.said.append((window,))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    made = Told()
    monkeypatch.setattr(taskbars, "native", made)
    yield made
    assert not taskbars._shown, "work that never ended"


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.mark.clause("O2")
def test_work_shows_on_the_button_of_the_main_window(told: Told, window: QWidget) -> None:
    dialog = QDialog(window)
    handle = int(window.winId())
    with TaskbarProgress(dialog) as shown:
        shown.tell(1, 10_000)  # no difference that anybody could see
        shown.tell(2500, 10_000)
        shown.tell(2501, 10_000)
    shown.end()
    assert told.said == [(handle, 0, 0), (handle, 0, 1000), (handle, 250, 1000), (handle,)]


@pytest.mark.clause("O2")
def test_of_several_the_first_is_shown_then_the_next(told: Told, window: QWidget) -> None:
    handle = int(window.winId())
    first, second = TaskbarProgress(window), TaskbarProgress(window)
    second.tell(1, 2)
    first.tell(1, 4)
    first.end()
    second.end()
    assert told.said == [(handle, 0, 0), (handle, 250, 1000), (handle, 500, 1000), (handle,)]


@pytest.mark.clause("O1", "O2", "O4")
def test_nobody_is_hurt_by_what_the_system_says(window: QWidget) -> None:
    window.show()
    handle = int(window.winId())
    acts: list[Callable[[], object]] = [
        native.identify,
        lambda: native.progress(handle, 0, 0),
        lambda: native.progress(handle, 20, 10),
        lambda: native.no_progress(handle),
        lambda: native.hold_session_end(handle, "a write"),
        lambda: native.let_session_end(handle),
        lambda: native.let_session_end(handle),
        lambda: native.progress(0, 1, 2),  # no window
    ]
    assert [act() for act in acts] == [None] * len(acts)
    assert (native.contrast_colours() is None) is not WINDOWS


@pytest.mark.clause("O1")
def test_the_installer_gives_the_shortcut_the_same_name() -> None:
    from pathlib import Path

    script = Path(__file__).resolve().parents[3] / "installer" / "windows.nsi"
    assert f'!define APP_ID "{APP_ID}"' in script.read_text(encoding="utf-8")


@pytest.mark.clause("O2")
@pytest.mark.skipif(not WINDOWS, reason="the taskbar of Windows")
def test_a_taskbar_that_refuses_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui import native_taskbar
    from ui.native_windows import Windows

    asked: list[int] = []

    class Refusing:
        def __init__(self) -> None:
            asked.append(1)
            raise OSError("no taskbar")

    monkeypatch.setattr(native_taskbar, "Taskbar", Refusing)
    windows = Windows()
    windows.progress(1, 1, 2)
    windows.no_progress(1)
    assert asked == [1]
