"""How a worker process ended, in words: the only place that knows them."""

from __future__ import annotations

import signal
from dataclasses import dataclass

_EXIT_WORDS = {
    0: "ended without having been asked to",
    1: "ended unexpectedly",
    2: "was started with bad arguments",
    3: "speaks another version of the protocol",
    4: "got no nonce",
    5: "could not start its backend",
}
_SIGNAL_WORDS = {
    "SIGKILL": "killed by somebody, or by the system for want of memory",
    "SIGTERM": "somebody asked it to end",
    "SIGINT": "interrupted",
    "SIGSEGV": "it crashed",
    "SIGBUS": "it crashed",
    "SIGILL": "it crashed",
    "SIGFPE": "it crashed",
    "SIGABRT": "it gave up",
}
_CRASH = 0x8000_0000  # on Windows, exit codes from here on are the system's reasons for ending a process
_CRASH_WORDS = {
    0xC000_0005: "access violation",
    0xC000_0017: "out of memory",
    0xC000_00FD: "stack overflow",
    0xC000_0135: "a library is missing",
    0xC000_013A: "interrupted",
    0xC000_0142: "a library could not start",
    0xC000_0374: "heap corruption",
    0xC000_0409: "it gave up",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A process that has ended. ``code`` as subprocess gives it: negative = the signal that ended it."""

    code: int
    stderr: str = ""

    @property
    def words(self) -> str:
        """What the worker did, to stand after "the worker"."""
        if name := self.signal_name:
            why = _SIGNAL_WORDS.get(name)
            return f"was ended by {name} ({why})" if why else f"was ended by {name}"
        if self.code >= _CRASH:
            return f"crashed (0x{self.code:08X}, {_CRASH_WORDS.get(self.code, 'a reason of the system')})"
        known = _EXIT_WORDS.get(self.code)
        return f"{known} (exit code {self.code})" if known else f"ended with exit code {self.code}"

    @property
    def signal_name(self) -> str:
        """The signal that ended it, empty if none did."""
        if self.code >= 0:
            return ""
        try:
            return signal.Signals(-self.code).name
        except ValueError:
            return f"signal {-self.code}"

    def details(self) -> dict[str, str]:
        """For a fault: exit_code or signal, and stderr, those that there are."""
        exit_code = "" if self.signal_name else str(self.code)
        details = {"exit_code": exit_code, "signal": self.signal_name, "stderr": self.stderr}
        return {name: text for name, text in details.items() if text}
