"""What is said of a process that has ended."""

from __future__ import annotations

import sys

import pytest

from app.worker.exit import ExitCode
from app.workers.outcome import Outcome

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")


@pytest.mark.clause("S11.6")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ExitCode.OK, "ended without having been asked to (exit code 0)"),
        (ExitCode.UNEXPECTED, "ended unexpectedly (exit code 1)"),
        (ExitCode.BAD_ARGUMENTS, "was started with bad arguments (exit code 2)"),
        (ExitCode.PROTOCOL_VERSION, "speaks another version of the protocol (exit code 3)"),
        (ExitCode.MISSING_NONCE, "got no nonce (exit code 4)"),
        (ExitCode.BACKEND_FAILED, "could not start its backend (exit code 5)"),
        (117, "ended with exit code 117"),
        (0xC0000005, "crashed (0xC0000005, access violation)"),
        (0xE06D7363, "crashed (0xE06D7363, a reason of the system)"),
        pytest.param(-9, "was ended by SIGKILL (killed by somebody, or by the system for want of memory)", marks=unix),
        pytest.param(-11, "was ended by SIGSEGV (it crashed)", marks=unix),
        pytest.param(-12, "was ended by SIGUSR2", marks=unix),
        (-999, "was ended by signal 999"),
    ],
)
def test_every_end_has_words(code: int, words: str) -> None:
    assert Outcome(code).words == words


@pytest.mark.clause("S11.6")
def test_every_exit_code_of_a_worker_is_known() -> None:
    assert all(not Outcome(code).words.startswith("ended with exit code") for code in ExitCode)


@pytest.mark.clause("S11.6")
def test_a_fault_gets_what_there_is() -> None:
    assert Outcome(1).details() == {"exit_code": "1"}
    assert Outcome(0, "bye").details() == {"exit_code": "0", "stderr": "bye"}
    assert Outcome(-999).details() == {"signal": "signal 999"}
