"""``tagwatch``: the window, or a command without one. Qt is imported only where a window is wanted."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_QT_FAILED = 3
_PACKAGES = (
    "libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 "
    "libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 fonts-dejavu-core"
)
_HEADLESS = ("watch", "-h", "--help")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit code. 3 = Qt lacks a system library (the message names the packages)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["--worker"]:
        from app.worker import main as worker  # noqa: PLC0415

        return worker.main(arguments[1:])
    if arguments and (arguments[0] in _HEADLESS or not arguments[0].startswith("-")):
        from app import cli  # noqa: PLC0415

        return cli.main(arguments)
    options = _window_options(arguments)
    if not _has_display():
        return _without_window()
    return _with_window(options)


def _window_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tagwatch", description="Watch process tags.")
    parser.add_argument("--seconds", type=float, metavar="S", help="close the window after S seconds")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="save a picture of the window when it closes")
    return parser.parse_args(arguments)


def _has_display() -> bool:
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _missing_library() -> str:
    """What Qt's own X11 plugin needs and this system lacks; Qt itself would abort without a word of advice."""
    if sys.platform != "linux" or not os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM", "xcb") != "xcb":
        return ""
    found = importlib.util.find_spec("PySide6")
    for place in (found.submodule_search_locations if found is not None else None) or ():
        plugin = Path(place) / "Qt" / "plugins" / "platforms" / "libqxcb.so"
        if plugin.is_file():
            try:
                ctypes.CDLL(str(plugin))
            except OSError as error:
                return str(error)
    return ""


def _with_window(options: argparse.Namespace) -> int:
    if missing := _missing_library():
        return _advise(missing)
    try:
        from ui import application  # noqa: PLC0415
    except ImportError as error:
        if ".so" not in str(error):
            raise
        return _advise(str(error))
    try:
        return application.run(sys.argv[:1], seconds=options.seconds, screenshot=options.screenshot)
    except ValueError as error:
        sys.stderr.write(f"tagwatch: {error}\n")
        return 2


def _advise(missing: str) -> int:
    sys.stderr.write(
        f"tagwatch: Qt needs a system library that is missing: {missing}\n"
        f"On Debian or Ubuntu: apt-get install {_PACKAGES}\n"
        "Without a window: tagwatch watch sim Reactor.PV\n"
    )
    return _QT_FAILED


def _without_window() -> int:
    from app import cli, config  # noqa: PLC0415
    from app.watch import Watched, WatchRequest  # noqa: PLC0415

    sys.stderr.write(
        "tagwatch: no display is there for the window; live values of the simulated plant and of this computer follow "
        "(Ctrl+C stops)\n"
    )
    sources = (
        Watched("sim", ("Tank101.Level", "Reactor.PV", "Pump101.Flow")),
        Watched("host", ("CPU.Total", "Memory.Used")),
    )
    try:
        settings = config.load(config.usual_file())
    except config.SettingError as error:
        sys.stderr.write(f"tagwatch: {error}\n")
        return 2
    return cli.run_watch(WatchRequest(sources), settings)


if __name__ == "__main__":
    sys.exit(main())
