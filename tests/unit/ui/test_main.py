"""The program's entry: what is missing is named."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.alone import alone
from ui import __main__ as program

ROOT = Path(__file__).resolve().parents[3]


#: The program, on a system that has everything but the library that is named first. The rest is seen through a file
#: system of this one process' own, from which the library's files are gone.
WITHOUT = """
D="$(dirname "$(ldconfig -p | awk -v n="$0" '$1 == n && /x86-64|AArch64/ {print $NF; exit}')")"
mount -t tmpfs tmpfs /mnt && mkdir /mnt/upper /mnt/work \\
  && mount -t overlay overlay -o lowerdir="$D",upperdir=/mnt/upper,workdir=/mnt/work "$D" || exit 77
rm -f "$D/$0"*
exec "$@"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="system libraries of Linux")
@pytest.mark.parametrize(
    ("library", "platform"), [("libxcb-cursor.so.0", "xcb"), ("libxcb-image.so.0", "xcb"), ("libEGL.so.1", "offscreen")]
)
def test_a_library_that_is_really_missing_is_named_with_its_packages(
    tmp_path: Path, library: str, platform: str
) -> None:
    done = alone(
        WITHOUT,
        library,
        *(sys.executable, "-m", "ui", "--seconds", "1"),
        environment={"DISPLAY": ":99", "QT_QPA_PLATFORM": platform, "TAGWATCH_CONFIG_DIR": str(tmp_path)},
    )
    assert done.returncode == 3, done.stderr
    assert f"missing: {library}: cannot open shared object file" in done.stderr
    assert "apt-get install" in done.stderr
    assert library.partition(".so")[0].lower() in done.stderr.partition("apt-get")[2]


@pytest.mark.skipif(sys.platform != "linux", reason="packages of Debian")
def test_ci_installs_at_least_what_is_advised() -> None:
    """What the message names is what a bare system needs, so it is what the checks run on."""
    installed = (ROOT / ".ci" / "run").read_text(encoding="utf-8").split()
    assert [package for package in program._PACKAGES.split() if package not in " ".join(installed)] == []


def test_a_qt_that_cannot_be_loaded_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    import builtins

    real = builtins.__import__

    def lacking(name: str, *more: Any) -> Any:
        if name == "ui" and more[2] == ("application",):
            raise ImportError("libEGL.so.1: cannot open shared object file")
        return real(name, *more)

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    monkeypatch.setattr(builtins, "__import__", lacking)
    assert program.main([]) == 3
    assert "libEGL.so.1" in capsys.readouterr().err


def test_what_only_a_window_shows_is_not_replaced_by_something_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "_has_display", lambda: False)
    assert program.main(["--tags", "Simulated plant:Tank101.Level"]) == 3
    assert "tagwatch watch" in capsys.readouterr().err


def test_the_help_names_every_option_of_the_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        program.main(["--help"])
    told = capsys.readouterr().out
    assert [
        name for name in ("open FILE", "--tags", "--read-only", "--safe-mode", "--new-instance") if name not in told
    ] == []
