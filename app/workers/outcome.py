"""How a worker process ended, in words: the only place that knows them."""

from __future__ import annotations

import signal
from dataclasses import dataclass

_EXIT_WORDS = {
    0: "ended normally",
    1: "ended unexpectedly",
    2: "was started with bad arguments",
    3: "speaks another version of the protocol",
    4: "got no nonce",
    5: "could not start its backend",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A process that has ended. ``code`` as subprocess gives it: negative = the signal that ended it."""

    code: int
    stderr: str = ""

    @property
    def words(self) -> str:
        if self.code < 0:
            return f"was ended by {self.signal_name}"
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
        """For a fault: exit_code, signal and stderr, those that there are."""
        details = {"exit_code": str(self.code), "signal": self.signal_name, "stderr": self.stderr}
        return {name: text for name, text in details.items() if text}
