"""How far long work is, on the window's button in the taskbar: to be seen while somebody works elsewhere."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.native import native

_shown: list[TaskbarProgress] = []


class TaskbarProgress:
    """Of one piece of work, until :meth:`end`. With several at once the first one is shown."""

    def __init__(self, widget: QWidget) -> None:
        """``widget``: any of the window that is shown."""
        window = widget.window()
        while (above := window.parentWidget()) is not None:  # dialogs have no button
            window = above.window()
        self._window = int(window.winId())
        self._last = (0, 0)
        _shown.append(self)
        self._show()

    def tell(self, done: int, most: int = 0) -> None:
        """``most`` 0 = nobody knows."""
        share = (done * 1000 // most, 1000) if most > 0 else (0, 0)
        if share != self._last:
            self._last = share
            self._show()

    def __enter__(self) -> TaskbarProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Twice is harmless."""
        if self not in _shown:
            return
        _shown.remove(self)
        if _shown:
            _shown[0]._show()
        else:
            native.no_progress(self._window)

    def _show(self) -> None:
        if _shown[0] is self:
            native.progress(self._window, *self._last)
