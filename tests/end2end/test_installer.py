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

SERVICE = r"SYSTEM\CurrentControlSet\Services\Tagwatch"
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Tagwatch"
PROGRAMS = ("tagwatch.exe", "tagwatchw.exe", "tagwatch-worker.exe")
WAIT_S = 120.0


def setups() -> tuple[str, str]:
    older, newer = os.environ["SETUP_FILES"].split(";")
    return older, newer


def value(key: str, name: str, machine: bool = False) -> str | None:
    import winreg

    root = winreg.HKEY_LOCAL_MACHINE if machine else winreg.HKEY_CURRENT_USER
    with (
        contextlib.suppress(OSError),
        winreg.OpenKey(root, key, access=winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened,
    ):
        found = winreg.QueryValueEx(opened, name)[0]
        return "\n".join(found) if isinstance(found, list) else str(found)
    return None


def is_administrator() -> bool:
    import ctypes

    return sys.platform == "win32" and bool(ctypes.windll.shell32.IsUserAnAdmin())


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
    target = tmp_path / "with a space, für alle" / "Tagwatch"
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


def test_a_service_needs_an_installation_for_all(tmp_path: Path) -> None:
    _, newer = setups()
    target = tmp_path / "Tagwatch"
    assert subprocess.run(f'"{newer}" /S /SERVICE /D={target}', check=False).returncode == 2
    assert not target.exists()


@pytest.mark.clause("B5")
@pytest.mark.skipif(not is_administrator(), reason="administrators alone install for all")
def test_for_all_with_a_service_that_upgrades_keep(tmp_path: Path) -> None:
    _, newer = setups()
    target = tmp_path / "all users" / "Tagwatch"
    data = Path(os.environ["PROGRAMDATA"]) / "Tagwatch"
    log = data / "logs" / "tagwatch.log"

    def serves(times: int) -> bool:
        return log.is_file() and log.read_text(encoding="utf-8").count("the service serves on") == times

    assert subprocess.run(f'"{newer}" /S /ALLUSERS /SERVICE /D={target}', check=False).returncode == 0
    assert value(UNINSTALL, "InstallLocation", machine=True) == str(target)
    assert value(UNINSTALL, "InstallLocation") is None
    assert value(SERVICE, "ObjectName", machine=True) == r"NT SERVICE\Tagwatch"
    assert (value(SERVICE, "ImagePath", machine=True) or "").startswith(f'"{target}\\tagwatch.exe" serve --service ')
    assert f"TAGWATCH_CONFIG_DIR={data}" in (value(SERVICE, "Environment", machine=True) or "")
    assert not runs(target, "tagwatch.exe")  # it is made, and not started

    assert subprocess.run(["sc.exe", "start", "Tagwatch"], check=False, stdout=subprocess.DEVNULL).returncode == 0
    until(lambda: serves(1), "the service's start")
    assert subprocess.run(f'"{newer}" /S /ALLUSERS /D={target}', check=False).returncode == 0
    until(lambda: serves(2), "its start after the upgrade")

    removal = f'"{target}\\uninstall.exe" /S /ALLUSERS /PURGE _?={target}'
    assert subprocess.run(removal, check=False).returncode == 0
    assert value(SERVICE, "ImagePath", machine=True) is None
    assert value(UNINSTALL, "InstallLocation", machine=True) is None
    assert not (target / "tagwatch.exe").exists()
    assert not data.exists()
