"""``tagwatch``: the window, or a command without one. Qt is imported only where a window is wanted."""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

_NO_WINDOW = 3
_PACKAGES = (
    "libgl1 libegl1 libglib2.0-0 libgssapi-krb5-2 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 "
    "fonts-dejavu-core"
)
_RUNS_ALREADY = 4
_SUFFIX = ".tagwatch"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit code. 3 = no window can be shown (the message says what is missing), 4 = another
    instance runs and does not take over."""
    try:
        return _main(argv)
    except KeyboardInterrupt:  # before anything ran that could stop in good order
        return 0


def _main(argv: Sequence[str] | None) -> int:
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["--worker"]:
        from app.worker import main as worker  # noqa: PLC0415

        return worker.main(arguments[1:])
    if arguments[:1] == ["quit"]:
        return _quit(arguments[1:])
    if sys.platform == "win32" and arguments[:1] == ["serve"] and "--service" in arguments:
        from app.serve import windows_service  # noqa: PLC0415 - it has to answer before the rest is loaded

        return windows_service.run(arguments)
    if not _wants_window(arguments):
        from app import cli  # noqa: PLC0415

        return cli.main(arguments)
    options = _window_options(arguments)
    if not _has_display():
        return _without_window(options, "no display is there for the window")
    return _with_window(options)


def _quit(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="tagwatch quit",
        description="Close the window that is open, as its user would. Exit codes: 0 no window is open any more, 1 one "
        "still is.",
    )
    parser.add_argument("--within", type=float, default=20.0, metavar="S", help="wait so long (20 seconds)")
    options = parser.parse_args(arguments)
    from app import config  # noqa: PLC0415
    from ui import instance  # noqa: PLC0415

    if instance.close_others(config.directory(), options.within):
        return 0
    sys.stderr.write(f"tagwatch: a window is still open after {options.within:g} seconds\n")
    return 1


def _wants_window(arguments: Sequence[str]) -> bool:
    """No command, ``open``, or a workspace by its name, as a file manager gives it."""
    if not arguments:
        return True
    first = arguments[0]
    if first in ("-h", "--help"):
        return False
    return first == "open" or first.startswith("-") or first.endswith(_SUFFIX)


def _window_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tagwatch", description="Watch process tags.")
    parser.add_argument("workspace", nargs="?", type=Path, metavar="FILE", help="open this workspace")
    parser.add_argument("--tags", nargs="+", default=[], metavar="SOURCE:TAG", help="watch these tags at once")
    parser.add_argument("--read-only", action="store_true", help="write nothing, whatever is clicked")
    parser.add_argument("--safe-mode", action="store_true", help="start with nothing opened")
    parser.add_argument("--new-instance", action="store_true", help="do not hand over to a window that is open")
    parser.add_argument("--seconds", type=float, metavar="S", help="close the window after S seconds")
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="save a picture of the window when it closes")
    named = arguments[:1] == ["open"]
    options = parser.parse_args(arguments[1:] if named else arguments)
    if named and options.workspace is None:
        parser.error("open needs the name of a workspace file")
    if options.workspace is not None:
        options.workspace = options.workspace.expanduser().absolute()
        if not options.workspace.is_file():
            parser.error(f"{options.workspace} is not there")
    if options.safe_mode and (options.workspace or options.tags):
        parser.error("--safe-mode opens nothing: leave out the workspace and --tags")
    return options


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
        return _first_or_handed_over(options)
    except ImportError as error:
        if ".so" not in str(error):
            raise
        return _advise(str(error))


def _first_or_handed_over(options: argparse.Namespace) -> int:
    from app import config  # noqa: PLC0415
    from ui import instance  # noqa: PLC0415 - little is loaded where another window takes over

    directory = config.directory()
    wanted = instance.Wanted(str(options.workspace or ""), tuple(options.tags), options.read_only)
    try:
        if options.new_instance:
            place = instance.claim_another(directory)
        else:
            place = instance.claim(directory, None if options.safe_mode else wanted)
    except instance.InstanceError as error:
        sys.stderr.write(f"tagwatch: {error}\n")
        return _RUNS_ALREADY
    if place is None:
        sys.stderr.write("tagwatch: the window that is open has taken over\n")
        return 0
    try:
        from ui import display  # noqa: PLC0415

        if problem := display.problem():  # another window would have taken over without one
            return _without_window(options, problem)
        from ui import application  # noqa: PLC0415

        begin = instance.Start(directory, wanted, options.safe_mode, place.number)
        return application.run(sys.argv[:1], begin, seconds=options.seconds, screenshot=options.screenshot)
    except ValueError as error:
        sys.stderr.write(f"tagwatch: {error}\n")
        return 2
    finally:
        place.free()


def _advise(missing: str) -> int:
    sys.stderr.write(
        f"tagwatch: Qt needs a system library that is missing: {missing}\n"
        f"On Debian or Ubuntu: apt-get install {_PACKAGES}\n"
        "Without a window: tagwatch watch sim Reactor.PV\n"
    )
    return _NO_WINDOW


def _without_window(options: argparse.Namespace, why: str) -> int:
    if options.workspace or options.tags:
        sys.stderr.write(
            f"tagwatch: {why}, and a window alone shows workspaces and --tags. In a terminal: "
            "tagwatch watch SOURCE TAG\n"
        )
        return _NO_WINDOW
    from app import cli, config  # noqa: PLC0415
    from app.watch import Watched, WatchRequest  # noqa: PLC0415

    sys.stderr.write(
        f"tagwatch: {why}; live values of the simulated plant and of this computer follow (Ctrl+C stops)\n"
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
    return cli.run_watch(WatchRequest(sources, duration_s=options.seconds), settings)


if __name__ == "__main__":
    sys.exit(main())
