"""Whether there is a display for the window. Qt ends the process where there is none, in words of its own."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

#: A server that says nothing for so long shows no window either.
ANSWER_S = 5.0
_DISPLAYS = {"xcb": "DISPLAY", "wayland": "WAYLAND_DISPLAY", "wayland-egl": "WAYLAND_DISPLAY"}


def problem(environment: Mapping[str, str] = os.environ) -> str:
    """Why no window can be shown, as a sentence; "" = one can, or only Qt knows."""
    if sys.platform != "linux":
        return ""
    platforms = [name.partition(":")[0] for name in environment.get("QT_QPA_PLATFORM", "").split(";") if name]
    if any(name not in _DISPLAYS for name in platforms):
        return ""  # drawn without a display server
    named = {
        variable: environment[variable]
        for variable in dict.fromkeys([_DISPLAYS[name] for name in platforms] or ("DISPLAY", "WAYLAND_DISPLAY"))
        if environment.get(variable)
    }
    if not named:
        return "no display is there for the window"
    reasons: list[str] = []
    for variable, name in named.items():
        reason = _x11(name) if variable == "DISPLAY" else _wayland(name, environment)
        if not reason:
            return ""
        reasons.append(f"the display {name} ({variable}) {reason}")
    return ", and ".join(reasons)


def _x11(name: str) -> str:
    """Connected as Qt does it, cookie and all; "" where it answers, or where this cannot be found out."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
        xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    except (OSError, AttributeError):
        return ""
    found: list[int] = []

    def connect() -> None:
        connection = xcb.xcb_connect(name.encode(), None)
        found.append(xcb.xcb_connection_has_error(connection))
        xcb.xcb_disconnect(connection)

    # A server that hangs, or a far one that is off, holds the call for minutes.
    asking = threading.Thread(target=connect, name="display", daemon=True)
    asking.start()
    asking.join(ANSWER_S)
    if not found:
        return f"does not answer within {ANSWER_S:g} s"
    return "cannot be reached, or does not let this user in" if found[0] else ""


def _wayland(name: str, environment: Mapping[str, str]) -> str:
    path = Path(environment.get("XDG_RUNTIME_DIR", ""), name)
    if not path.is_absolute():
        return "cannot be found: XDG_RUNTIME_DIR is not set"
    try:
        with socket.socket(socket.AF_UNIX) as tried:
            tried.settimeout(ANSWER_S)
            tried.connect(str(path))
    except OSError as error:
        return f"cannot be reached: {error.strerror or error}"
    return ""
