"""The program's entry: what is missing is named."""

from __future__ import annotations

from typing import Any

import pytest

from ui import __main__ as program


def test_a_missing_library_is_named_with_its_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacking(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(program.sys, "platform", "linux")
    monkeypatch.setattr(program.ctypes, "CDLL", lacking)
    assert program.main([]) == 3
    told = capsys.readouterr().err
    assert "libxcb-cursor.so.0" in told
    assert "apt-get install" in told
    assert "libxcb-cursor0" in told


def test_a_qt_that_cannot_be_loaded_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import builtins

    real = builtins.__import__

    def lacking(name: str, *more: Any) -> Any:
        if name == "ui" and more[2] == ("application",):
            raise ImportError("libEGL.so.1: cannot open shared object file")
        return real(name, *more)

    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(builtins, "__import__", lacking)
    assert program.main([]) == 3
    assert "libEGL.so.1" in capsys.readouterr().err
