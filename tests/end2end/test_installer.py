"""The Windows installer, run for real: install, run, upgrade, uninstall; files, registry and processes after each.

``SETUP_FILES`` names the setup of an older version and of this one, with ``;`` between them (the same one twice where
there is no older one). It changes the user's start menu and registry, so it runs only where it is asked for.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.clause("B3"),
    pytest.mark.skipif(
        sys.platform != "win32" or not os.environ.get("SETUP_FILES"),
        reason="runs on Windows, where SETUP_FILES names the setups to try",
    ),
]

UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Tagwatch"
PROGRAMS = ("tagwatch.exe", "tagwatchw.exe", "tagwatch-worker.exe")
WAIT_S = 120.0


def setups() -> tuple[str, str]:
    older, newer = os.environ["SETUP_FILES"].split(";")
    return older, newer


def value(key: str, name: str) -> str | None:
    import winreg

    with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
        return str(winreg.QueryValueEx(opened, name)[0])
    return None


def shortcut() -> Path:
    return Path(os.environ["APPDATA"]) / r"Microsoft\Windows\Start Menu\Programs\Tagwatch.lnk"


def runs(target: Path, name: str) -> bool:
    """Windows lets nobody write to a program that runs."""
    try:
        with (target / name).open("r+b"):
            return False
    except PermissionError:
        return True


def until(condition, what: str) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {WAIT_S:g} s"
        time.sleep(0.2)


def test_install_run_upgrade_uninstall(tmp_path: Path) -> None:
    older, newer = setups()
    target = tmp_path / "with a space" / "Tagwatch"
    data = Path(os.environ["LOCALAPPDATA"]) / "Tagwatch"
    data.mkdir(parents=True, exist_ok=True)
    (data / "mine.txt").write_text("mine", encoding="utf-8")

    # /D= is last and never in quotes, so the line is put together by hand.
    assert subprocess.run(f'"{older}" /S /D={target}', check=False).returncode == 0
    assert (target / "tagwatch.exe").is_file()
    assert (target / "uninstall.exe").is_file()
    assert value(UNINSTALL, "InstallLocation") == str(target)
    assert value(r"Software\Classes\.tagwatch", "") == "Tagwatch.Workspace"
    assert value(r"Software\Classes\Tagwatch.Workspace\shell\open\command", "") == (
        f'"{target}\\tagwatchw.exe" open "%1"'
    )
    assert shortcut().is_file()

    read = subprocess.run(
        [str(target / "tagwatch.exe"), "watch", "sim", "Reactor.PV", "--count", "1"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (read.returncode, "good (192)" in read.stdout) == (0, True), read.stderr

    # An upgrade closes the window that is open, in order, and replaces what was there.
    window = subprocess.Popen([str(target / "tagwatchw.exe")], stdin=subprocess.DEVNULL)
    until(lambda: runs(target, "tagwatch-worker.exe"), "the window with its workers")
    (target / "_internal" / "of-an-older-version.txt").write_text("old", encoding="utf-8")
    assert subprocess.run(f'"{newer}" /S /D={target}', check=False).returncode == 0
    assert window.wait(WAIT_S) == 0
    assert not any(runs(target, name) for name in PROGRAMS)
    assert not (target / "_internal" / "of-an-older-version.txt").exists()
    assert value(UNINSTALL, "InstallLocation") == str(target)

    # The uninstaller works from a copy of itself; with _?= it stays, so that its end can be waited for.
    assert subprocess.run(f'"{target}\\uninstall.exe" /S _?={target}', check=False).returncode == 0
    assert not (target / "tagwatch.exe").exists()
    assert not (target / "_internal").exists()
    assert value(UNINSTALL, "InstallLocation") is None
    assert value(r"Software\Classes\.tagwatch", "") is None
    assert not shortcut().exists()
    assert (data / "mine.txt").is_file()  # nobody asked to purge it


def test_purge_removes_what_is_the_users(tmp_path: Path) -> None:
    _, newer = setups()
    target = tmp_path / "Tagwatch"
    data = Path(os.environ["LOCALAPPDATA"]) / "Tagwatch"
    assert subprocess.run(f'"{newer}" /S /NOSHORTCUT /NOASSOCIATE /D={target}', check=False).returncode == 0
    assert not shortcut().exists()
    assert value(r"Software\Classes\.tagwatch", "") is None
    data.mkdir(parents=True, exist_ok=True)
    (data / "mine.txt").write_text("mine", encoding="utf-8")
    assert subprocess.run(f'"{target}\\uninstall.exe" /S /PURGE _?={target}', check=False).returncode == 0
    assert not data.exists()
