"""The taskbar's COM interface, as far as it is used."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from typing import Any

assert sys.platform == "win32"

import comtypes  # noqa: E402 - not comtypes.client, which writes into its own folder

_TASKBAR_LIST = comtypes.GUID("{56FDF344-FD6D-11D0-958A-006097C9A090}")
_NO_PROGRESS, _INDETERMINATE, _NORMAL = 0, 1, 2


def _of_window(name: str, *others: Any) -> Any:
    return comtypes.COMMETHOD([], comtypes.HRESULT, name, (["in"], wintypes.HWND), *[(["in"], kind) for kind in others])


class _TaskbarList3(comtypes.IUnknown):
    """ITaskbarList, 2 and 3 in the order of their table; what follows behind is not called."""

    _iid_ = comtypes.GUID("{EA1AFB91-9E28-4B86-90E9-9E9F8A5EEFAF}")
    _methods_ = (
        comtypes.COMMETHOD([], comtypes.HRESULT, "HrInit"),
        _of_window("AddTab"),
        _of_window("DeleteTab"),
        _of_window("ActivateTab"),
        _of_window("SetActiveAlt"),
        _of_window("MarkFullscreenWindow", wintypes.BOOL),
        _of_window("SetProgressValue", ctypes.c_ulonglong, ctypes.c_ulonglong),
        _of_window("SetProgressState", ctypes.c_int),
    )


class Taskbar:
    """Of the thread of the windows, whose COM apartment Qt has opened. OSError where the shell has no taskbar, or one
    that refuses."""

    def __init__(self) -> None:
        self._list: Any = comtypes.CoCreateInstance(_TASKBAR_LIST, interface=_TaskbarList3)
        self._call("HrInit")

    def progress(self, window: int, done: int, most: int) -> None:
        self._call("SetProgressState", window, _NORMAL if most > 0 else _INDETERMINATE)
        if most > 0:
            self._call("SetProgressValue", window, max(0, min(done, most)), most)

    def no_progress(self, window: int) -> None:
        self._call("SetProgressState", window, _NO_PROGRESS)

    def _call(self, name: str, *arguments: int) -> None:
        try:
            getattr(self._list, name)(*arguments)
        except comtypes.COMError as error:
            raise OSError(f"{name}: 0x{error.hresult & 0xFFFF_FFFF:08X}") from error
