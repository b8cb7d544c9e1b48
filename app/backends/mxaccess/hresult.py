"""HRESULTs in words, with what to do about those that an operator meets."""

from __future__ import annotations

E_INVALIDARG = -2147024809
E_ACCESSDENIED = -2147024891
CLASS_NOT_REGISTERED = -2147221164  # 0x80040154

_WORDS = {
    0x80004001: "not implemented",
    0x80004002: "no such interface",
    0x80004003: "invalid pointer",
    0x80004005: "unspecified failure",
    0x8000FFFF: "unexpected failure",
    0x80010007: "the server has gone during the call",
    0x80010105: "the server threw an exception",
    0x80010108: "the object is disconnected from its clients",
    0x8001010D: "a call cannot go out from within an event",
    0x8001010E: "called from the wrong thread",
    0x80020005: "type mismatch",
    0x80020009: "exception in the server",
    0x8002000A: "out of range",
    0x80040110: "the class does not support aggregation",
    0x80040154: "class not registered",
    0x800401F0: "COM is not initialised",
    0x800401F3: "invalid class string",
    0x80070005: "access denied",
    0x8007000E: "out of memory",
    0x80070057: "value does not fall within the expected range",
    0x8007007E: "a module that it needs was not found",
    0x800700C1: "the library is of another processor: 32 bit and 64 bit cannot be mixed",
    0x800706BA: "the server is not available",
    0x800706BE: "the server ended during the call",
}
#: After these the object is gone for good: only a new process helps.
_GONE = {0x80010007, 0x80010105, 0x80010108, 0x800706BA, 0x800706BE}


def hresult_words(hresult: int) -> str:
    """``hresult`` signed, as COM has it: the words that are known, and the number as manuals write it."""
    code = hresult & 0xFFFF_FFFF
    words = _WORDS.get(code)
    return f"{words} (0x{code:08X})" if words else f"HRESULT 0x{code:08X}"


def is_gone(hresult: int) -> bool:
    return hresult & 0xFFFF_FFFF in _GONE


class LmxError(Exception):
    """A call that MXAccess refused. Its arguments are not part of it: among them may be a password."""

    def __init__(self, call: str, hresult: int) -> None:
        super().__init__(f"{call}: {hresult_words(hresult)}")
        self.call = call
        self.hresult = hresult


def create_words(hresult: int, bits: int) -> str:
    """Why LMXProxy could not be created in a process of ``bits``, and what to do."""
    if hresult == CLASS_NOT_REGISTERED:
        if bits != 32:
            return (
                f"MXAccess cannot be loaded: this worker is a {bits}-bit process, and LMXProxy is 32-bit only "
                "(0x80040154): the worker must run under a 32-bit Python"
            )
        return (
            "MXAccess is not installed on this computer (class not registered, 0x80040154): install the AVEVA "
            "Application Server or its runtime client, which bring LmxProxy.dll, or use a computer that has it"
        )
    if hresult == E_ACCESSDENIED:
        return "MXAccess refused to start (access denied, 0x80070005): see that this user may and is licensed"
    return f"MXAccess cannot be created: {hresult_words(hresult)}"


def add_words(tag: str, hresult: int) -> str:
    if hresult == E_ACCESSDENIED:
        return (
            f"{tag} cannot be added: MXAccess has no licence for it (0x80070005): see in the licence manager that "
            "this computer has one for MXAccess, and that it is not used up"
        )
    return f"{tag} cannot be added: {hresult_words(hresult)}"
