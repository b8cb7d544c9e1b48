"""A real screen for the program: Xvfb, with keys typed by xdotool."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

_T = TypeVar("_T")
_TIMEOUT_S = 40.0
ROOT = Path(__file__).resolve().parents[2]


def missing() -> str:
    """Why there is no screen here; "" where there is one."""
    if sys.platform == "win32":
        return "Xvfb is for X11"
    lacking = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
    return f"{' and '.join(lacking)} not installed" if lacking else ""


def until(condition: Callable[[], _T], what: str, timeout_s: float = _TIMEOUT_S) -> _T:
    """The first true value of ``condition``: the far side is another process, so it is looked for, not waited on."""
    end = time.monotonic() + timeout_s
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come within {timeout_s:g} s")
        time.sleep(0.05)
    return value


class Screen:
    """A display of its own."""

    def __init__(self, display: str) -> None:
        self.environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}

    def _xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False, timeout=20
        )
        return done.stdout.strip()

    def windows(self, title: str) -> list[str]:
        """The visible windows whose title has these words."""
        return self._xdotool("search", "--onlyvisible", "--name", title).split()

    def wait_window(self, title: str) -> str:
        """Wait for a window, and give it the keys."""
        found = until(lambda: self.windows(title), f"the window {title!r}")[-1]
        self._xdotool("windowfocus", "--sync", found)
        return found

    def press_until(self, title: str, *names: str) -> str:
        """Press keys, again and again, until they bring the window: what they act on may not be there yet."""

        def pressed() -> bool:
            self.keys(*names)
            end = time.monotonic() + 2.0
            while not (there := self.windows(title)) and time.monotonic() < end:
                time.sleep(0.05)
            return bool(there)

        until(pressed, f"the window {title!r} after {', '.join(names)}")
        return self.wait_window(title)

    def wait_gone(self, title: str) -> None:
        until(lambda: not self.windows(title), f"the end of the window {title!r}")

    def keys(self, *names: str) -> None:
        """Press keys, one after another: "ctrl+s", "Tab", "F2"."""
        for name in names:
            self._xdotool("key", "--clearmodifiers", "--delay", "30", name)

    def type(self, words: str) -> None:
        self._xdotool("type", "--delay", "20", words)

    @contextmanager
    def program(self, directory: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The window as a process, with its files below ``directory``; killed if it is still there at the end."""
        environment = {**self.environment, "TAGWATCH_CONFIG_DIR": str(directory)}
        with subprocess.Popen(
            [sys.executable, "-m", "ui", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()


@contextmanager
def screen() -> Iterator[Screen]:
    """A virtual screen for as long as the block runs."""
    read, write = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as told:
                number = told.readline().strip()
            if not number:
                raise OSError("Xvfb did not start")
            yield Screen(f":{number}")
        finally:
            server.terminate()
            server.wait(timeout=10)
