"""What a desktop does for the window beyond what Qt asks it for. Where a system has no such thing, nothing happens."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol

#: By it the taskbar knows the program's windows and its shortcut as one; the installer gives the shortcut the same.
APP_ID = "Tagwatch.Tagwatch"


@dataclass(frozen=True, slots=True)
class SystemColours:
    """Those of a contrast theme, as #rrggbb."""

    window: str
    text: str
    disabled: str
    selection: str
    selection_text: str
    link: str


class Native(Protocol):
    """``window`` is a native handle of a window that is shown (``int(widget.winId())``). Nothing here raises: what the
    system refuses is told in the log."""

    def identify(self) -> None:
        """Tell the system who this is, before the first window is made."""
        ...

    def progress(self, window: int, done: int, most: int) -> None:
        """Show on the window's button in the taskbar how far some work is; ``most`` 0 = nobody knows."""
        ...

    def no_progress(self, window: int) -> None: ...

    def hold_session_end(self, window: int, why: str) -> None:
        """Ask the system to wait with the end of the user's session, and to show ``why`` if that takes long."""
        ...

    def let_session_end(self, window: int) -> None: ...

    def contrast_colours(self) -> SystemColours | None:
        """The colours of the system's contrast theme, where it tells them."""
        ...


class Elsewhere:
    """A desktop that is asked for nothing."""

    def identify(self) -> None:
        pass

    def progress(self, window: int, done: int, most: int) -> None:
        pass

    def no_progress(self, window: int) -> None:
        pass

    def hold_session_end(self, window: int, why: str) -> None:
        pass

    def let_session_end(self, window: int) -> None:
        pass

    def contrast_colours(self) -> SystemColours | None:
        return None


def _present() -> Native:
    if sys.platform == "win32":
        from ui.native_windows import Windows  # noqa: PLC0415 - there alone

        return Windows()
    return Elsewhere()


native: Native = _present()
