"""Who writes on the command line: passwords from a terminal or standard input, never from arguments."""

from __future__ import annotations

import argparse
import io
from typing import Any

import pytest

from app.ctl import passwords
from app.ctl.arguments import add_parser
from app.ctl.passwords import ask

pytestmark = pytest.mark.clause("C3")


def of(*more: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return parser.parse_args(["ctl", "write", "mine", "Pump101.Trip", "true", *more])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_of_standard_input_in_order() -> None:
    assert ask(of(), io.StringIO("not read")) == {}
    assert ask(of("--user", "anna"), io.StringIO("a b \r\n")) == {"user": "anna", "password": "a b "}
    assert ask(of("--user", "anna", "--verifier", "ben"), io.StringIO("one\ntwo")) == {
        "user": "anna", "password": "one", "verifier": "ben", "verifier_password": "two",
    }  # fmt: skip


def test_a_terminal_is_asked_without_an_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "secret"

    monkeypatch.setattr(passwords.getpass, "getpass", answer)
    assert ask(of("--user", "anna"), Terminal())["password"] == "secret"
    assert asked == ["Password of anna: "]

    def left(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(passwords.getpass, "getpass", left)
    with pytest.raises(ValueError, match="nothing is written"):
        ask(of("--user", "anna"), Terminal())


@pytest.mark.parametrize(
    ("more", "given", "words"),
    [
        (["--user", "anna"], "", "the password of anna is missing"),
        (["--user", "anna", "--verifier", "ben"], "one\n", "the password of ben is missing"),
        (["--verifier", "ben"], "one\n", "--user names the first one"),
        (["--user", "anna", "--verifier", "anna"], "one\none\n", "another person than anna"),
    ],
)
def test_what_is_missing_is_named(more: Any, given: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ask(of(*more), io.StringIO(given))
