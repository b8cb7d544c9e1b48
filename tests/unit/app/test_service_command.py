"""``tagwatch service``: what can be told without Windows; the rest is tried by tests/end2end/test_installer.py."""

from __future__ import annotations

import sys
from pathlib import PureWindowsPath

import pytest

from app import cli
from app.serve import service_command

pytestmark = pytest.mark.clause("B5")


def test_the_account_is_the_one_that_windows_derives_from_the_name() -> None:
    # What Microsoft publishes for NT SERVICE\TrustedInstaller.
    published = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
    assert service_command.account_sid("TrustedInstaller") == published


def test_its_folder_is_for_administrators_the_system_and_itself_alone() -> None:
    rights = service_command.access_list("Tagwatch")
    assert rights.startswith("D:P(")  # nothing is inherited from %ProgramData%, which everybody may read
    allowed = [entry.rstrip(")").split(";")[-1] for entry in rights.split("(")[1:]]
    assert allowed == ["BA", "SY", service_command.account_sid("Tagwatch")]


def test_a_path_with_spaces_stands_in_quotes() -> None:
    line = service_command.command_line(
        PureWindowsPath(r"C:\Program Files\Tagwatch\tagwatch.exe"),  # type: ignore[arg-type]
        PureWindowsPath(r"D:\tag data"),  # type: ignore[arg-type]
    )
    assert line == (
        r'"C:\Program Files\Tagwatch\tagwatch.exe" serve --service '
        r'--settings "D:\tag data\settings.toml" --log-file "D:\tag data\logs\tagwatch.log"'
    )


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows there are services of Windows")
def test_elsewhere_it_is_refused_with_what_to_use(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["service", "install"])
    assert ended.value.code == 2
    assert "installer/tagwatch.service" in capsys.readouterr().err


def test_what_python_runs_is_no_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="only the installed program"):
        service_command.program()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert str(service_command.program()) == sys.executable
