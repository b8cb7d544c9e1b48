"""Windows' shell, by its documented functions. What Qt does there (dark title bars, flashing, notifications, changes of
scale and of the contrast theme) is not here."""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable
from ctypes import wintypes
from typing import Any

from ui.native import APP_ID, SystemColours

assert sys.platform == "win32"

_log = logging.getLogger(__name__)

# GetSysColor
_COLOR_WINDOW, _COLOR_WINDOWTEXT, _COLOR_HIGHLIGHT, _COLOR_HIGHLIGHTTEXT = 5, 8, 13, 14
_COLOR_GRAYTEXT, _COLOR_HOTLIGHT = 17, 26

_shell32 = ctypes.WinDLL("shell32")
_user32 = ctypes.WinDLL("user32", use_last_error=True)
_shell32.SetCurrentProcessExplicitAppUserModelID.argtypes = [wintypes.LPCWSTR]
_shell32.SetCurrentProcessExplicitAppUserModelID.restype = ctypes.c_long
_user32.ShutdownBlockReasonCreate.argtypes = [wintypes.HWND, wintypes.LPCWSTR]
_user32.ShutdownBlockReasonDestroy.argtypes = [wintypes.HWND]
_user32.GetSysColor.argtypes = [ctypes.c_int]
_user32.GetSysColor.restype = wintypes.DWORD


class Windows:
    def __init__(self) -> None:
        self._taskbar: Any = None
        self._no_taskbar = False

    def identify(self) -> None:
        if result := _shell32.SetCurrentProcessExplicitAppUserModelID(APP_ID):
            _log.info("the taskbar was not told who this is: 0x%08X", result & 0xFFFF_FFFF)

    def progress(self, window: int, done: int, most: int) -> None:
        self._on_taskbar(lambda taskbar: taskbar.progress(window, done, most))

    def no_progress(self, window: int) -> None:
        self._on_taskbar(lambda taskbar: taskbar.no_progress(window))

    def _on_taskbar(self, act: Callable[[Any], None]) -> None:
        """One that is not there, or refuses, is not asked again."""
        if self._no_taskbar:
            return
        try:
            if self._taskbar is None:
                from ui.native_taskbar import Taskbar  # noqa: PLC0415 - COM is loaded when there is progress to show

                self._taskbar = Taskbar()
            act(self._taskbar)
        except (OSError, ImportError) as error:
            self._no_taskbar = True
            _log.info("the taskbar shows no progress: %s", error)

    def hold_session_end(self, window: int, why: str) -> None:
        if not _user32.ShutdownBlockReasonCreate(window, why):
            _log.info("the end of the session is not held: error %d", ctypes.get_last_error())

    def let_session_end(self, window: int) -> None:
        _user32.ShutdownBlockReasonDestroy(window)

    def contrast_colours(self) -> SystemColours | None:
        return SystemColours(
            window=_colour(_COLOR_WINDOW),
            text=_colour(_COLOR_WINDOWTEXT),
            disabled=_colour(_COLOR_GRAYTEXT),
            selection=_colour(_COLOR_HIGHLIGHT),
            selection_text=_colour(_COLOR_HIGHLIGHTTEXT),
            link=_colour(_COLOR_HOTLIGHT),
        )


def _colour(index: int) -> str:
    value = int(_user32.GetSysColor(index))  # 0x00bbggrr
    return f"#{value & 0xFF:02x}{value >> 8 & 0xFF:02x}{value >> 16 & 0xFF:02x}"
