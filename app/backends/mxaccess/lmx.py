"""LMXProxy by its type library's own layout: interfaces, events, records. Imported on the apartment's thread alone."""

# pyright: basic
# ruff: noqa: N802 - COM's names
from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Callable
from ctypes import POINTER, c_int32, c_long
from typing import Any

assert sys.platform == "win32"

from ctypes import HRESULT  # noqa: E402

import comtypes  # noqa: E402
from comtypes import COMMETHOD, GUID, COMError, COMObject, IUnknown  # noqa: E402
from comtypes.automation import BSTR, VARIANT, IDispatch  # noqa: E402
from comtypes.connectionpoints import IConnectionPointContainer  # noqa: E402

from app.backends.mxaccess import variants  # noqa: E402
from app.backends.mxaccess.dates import Zone  # noqa: E402
from app.backends.mxaccess.hresult import LmxError, create_words  # noqa: E402
from app.backends.mxaccess.model import Happened, LmxEvent  # noqa: E402
from app.backends.mxaccess.variants import Raw, Typed  # noqa: E402
from app.errors import ErrorCode, GatewayError  # noqa: E402
from app.values import Status  # noqa: E402

_CLSID = GUID("{C30B52F5-2CB5-4760-AF0A-3A344A7EB5DC}")
_LONG = 4
_E_UNEXPECTED = -2147418113
Take = Callable[[LmxEvent], None]


class _MxStatus(ctypes.Structure):
    _pack_ = 4
    _fields_ = (
        ("success", ctypes.c_int16),
        ("category", c_int32),
        ("detected_by", c_int32),
        ("detail", ctypes.c_int16),
    )


def _method(name: str, *arguments: Any) -> Any:
    return COMMETHOD([], HRESULT, name, *arguments)


def _in(kind: Any, name: str) -> Any:
    return (["in"], kind, name)


_SERVER, _ITEM, _USER, _VERIFIER = (_in(c_long, name) for name in ("hServer", "hItem", "userId", "verifierId"))
_VALUE, _TIME = _in(VARIANT, "value"), _in(VARIANT, "time")
_RESULT = (["out", "retval"], POINTER(c_long), "result")
_STATUS = (["out"], POINTER(_MxStatus), "status")


class ILMXProxyServer(IDispatch):
    _iid_ = GUID("{CCE67FB7-EAFD-4367-9212-617043BF126D}")
    _methods_ = (
        _method("Register", _in(BSTR, "clientName"), _RESULT),
        _method("Unregister", _SERVER),
        _method("AddItem", _SERVER, _in(BSTR, "itemDef"), _RESULT),
        _method("RemoveItem", _SERVER, _ITEM),
        _method("Advise", _SERVER, _ITEM),
        _method("UnAdvise", _SERVER, _ITEM),
        _method("Write", _SERVER, _ITEM, _VALUE, _USER),
        _method("WriteSecured", _SERVER, _ITEM, _USER, _VERIFIER, _VALUE),
        _method("AuthenticateUser", _SERVER, _in(BSTR, "user"), _in(BSTR, "password"), _RESULT),
    )


class ILMXProxyServer2(ILMXProxyServer):
    _iid_ = GUID("{020A8A87-69C5-497F-A893-B629E669FBFF}")
    _methods_ = (_method("ArchestrAUserToId", _SERVER, _in(BSTR, "userIdGuid"), _RESULT),)


class ILMXProxyServer3(ILMXProxyServer2):
    _iid_ = GUID("{57D006B6-F25E-4654-A81E-BCBAFD60FE59}")
    _methods_ = (_method("AddItem2", _SERVER, _in(BSTR, "itemDef"), _in(BSTR, "context"), _RESULT),)


class ILMXProxyServer4(ILMXProxyServer3):
    _iid_ = GUID("{9DC0D5C1-9371-4E84-86F8-7091D316A66C}")
    _methods_ = (
        _method("Write2", _SERVER, _ITEM, _VALUE, _TIME, _USER),
        _method("WriteSecured2", _SERVER, _ITEM, _USER, _VERIFIER, _VALUE, _TIME),
        _method("Suspend", _SERVER, _ITEM, _STATUS),
        _method("Activate", _SERVER, _ITEM, _STATUS),
        _method("AdviseSupervisory", _SERVER, _ITEM),
    )


class ILMXProxyServer5(ILMXProxyServer4):
    _iid_ = GUID("{ECEFF506-A752-46E3-9E31-0A8E257C9926}")
    _methods_ = (
        _method("AddBufferedItem", _SERVER, _in(BSTR, "itemDef"), _in(BSTR, "context"), _RESULT),
        _method("SetBufferedUpdateInterval", _SERVER, _in(c_long, "ms")),
    )


class _Events(IDispatch):
    _iid_ = GUID("{848299B6-DD61-4A0D-A304-3947A564B89C}")
    _methods_ = ()


class _Events2(IDispatch):
    _iid_ = GUID("{C70A6FC4-09EF-4F31-8874-A049FEE87A95}")
    _methods_ = ()


class _Receiver(COMObject):
    """Gets the events of one source interface. A handler copies and hands on, and does nothing else."""

    def __init__(self, zone: Zone, take: Take) -> None:
        super().__init__()
        self._zone = zone
        self._take = take

    def IDispatch_GetTypeInfoCount(self, this: Any, count: Any) -> int:
        count[0] = 0
        return 0

    def IDispatch_GetTypeInfo(self, this: Any, *_: Any) -> int:
        return -2147467263  # E_NOTIMPL

    def IDispatch_GetIDsOfNames(self, this: Any, *_: Any) -> int:
        return -2147467263

    def IDispatch_Invoke(
        self, this: Any, dispid: int, riid: Any, lcid: int, flags: int, parameters: Any, *_: Any
    ) -> int:
        try:
            count = int(parameters[0].cArgs)
            first = ctypes.cast(parameters[0].rgvarg, ctypes.c_void_p).value or 0
            # They come from the last to the first.
            places = [first + variants.SIZE * index for index in reversed(range(count))]
            event = self._event(dispid, places)
        except Exception as error:
            sys.stderr.write(f"an event of MXAccess ({dispid}) could not be read: {error}\n")
            return 0
        if event is not None:
            self._take(event)
        return 0

    def _event(self, dispid: int, places: list[int]) -> LmxEvent | None:
        raise NotImplementedError

    def _read(self, place: int) -> Raw:
        return variants.read(place, self._zone)

    def _whole(self, place: int) -> int:
        value = self._read(place).value
        return value if isinstance(value, int) else 0


def _statuses(place: int) -> tuple[tuple[Status, ...], str]:
    try:
        return variants.statuses(place), ""
    except ValueError as error:
        return (), str(error)


class _Receiver1(_Receiver):
    _com_interfaces_ = (_Events,)

    def _event(self, dispid: int, places: list[int]) -> LmxEvent | None:
        server, item = self._whole(places[0]), self._whole(places[1])
        statuses, problem = _statuses(places[-1])
        if dispid == 1:
            value, quality, time = (self._read(place) for place in places[2:5])
            return LmxEvent(Happened.DATA, server, item, value, quality, time, statuses, problem=problem)
        what = {2: Happened.WRITTEN, 3: Happened.OPERATED}.get(dispid)
        return None if what is None else LmxEvent(what, server, item, statuses=statuses, problem=problem)


class _Receiver2(_Receiver):
    _com_interfaces_ = (_Events2,)

    def _event(self, dispid: int, places: list[int]) -> LmxEvent | None:
        if dispid != 1:
            return None
        server, item, data_type = (self._whole(place) for place in places[:3])
        value, quality, time = (self._read(place) for place in places[3:6])
        statuses, problem = _statuses(places[-1])
        return LmxEvent(Happened.BUFFERED, server, item, value, quality, time, statuses, data_type, problem)


class Proxy:
    """LMXProxy, created in this thread; implements :class:`app.backends.mxaccess.model.Lmx`."""

    def __init__(self, zone: Zone, take: Take) -> None:
        """``take`` gets the events, on this thread. GatewayError says why it cannot be created, and what to do."""
        try:
            unknown = comtypes.CoCreateInstance(_CLSID, IUnknown, comtypes.CLSCTX_SERVER)
        except OSError as error:  # a COMError is none, but comtypes raises both
            raise _not_created(getattr(error, "winerror", None)) from error
        except COMError as error:
            raise _not_created(error.hresult) from error
        self._lmx, self.version = _newest(unknown)
        self._connections: list[tuple[Any, int, _Receiver]] = []
        container = unknown.QueryInterface(IConnectionPointContainer)
        receivers: list[tuple[type[IDispatch], _Receiver]] = [(_Events, _Receiver1(zone, take))]
        if self.version >= 5:
            receivers.append((_Events2, _Receiver2(zone, take)))
        for interface, receiver in receivers:
            try:
                point = container.FindConnectionPoint(ctypes.byref(interface._iid_))
                self._connections.append((point, point.Advise(receiver), receiver))
            except COMError as error:
                if interface is _Events:
                    raise _not_created(error.hresult) from error
                self.version = 4  # without their events, buffered items would be silent

    def close(self) -> None:
        """Release everything, in the reverse order."""
        for point, cookie, _ in reversed(self._connections):
            try:
                point.Unadvise(cookie)
            except (COMError, OSError):
                continue  # it has gone before us
        self._connections.clear()
        del self._lmx

    def _call(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self._lmx, name)(*arguments)
        except COMError as error:
            raise LmxError(name, error.hresult) from None
        except OSError as error:
            raise LmxError(name, getattr(error, "winerror", None) or _E_UNEXPECTED) from None

    def register(self, name: str) -> int:
        return self._call("Register", name)

    def unregister(self, server: int) -> None:
        self._call("Unregister", server)

    def add_item(self, server: int, tag: str) -> int:
        return self._call("AddItem", server, tag)

    def add_item2(self, server: int, tag: str, context: str) -> int:
        return self._call("AddItem2", server, tag, context)

    def add_buffered_item(self, server: int, tag: str, context: str) -> int:
        return self._call("AddBufferedItem", server, tag, context)

    def set_buffered_interval(self, server: int, interval_ms: int) -> None:
        self._call("SetBufferedUpdateInterval", server, interval_ms)

    def remove_item(self, server: int, item: int) -> None:
        self._call("RemoveItem", server, item)

    def advise(self, server: int, item: int) -> None:
        self._call("Advise", server, item)

    def advise_supervisory(self, server: int, item: int) -> None:
        self._call("AdviseSupervisory", server, item)

    def unadvise(self, server: int, item: int) -> None:
        self._call("UnAdvise", server, item)

    def write(self, server: int, item: int, value: Typed, user: int, time: Typed | None) -> None:
        if time is None:
            self._call("Write", server, item, variant(value), user)
        else:
            self._call("Write2", server, item, variant(value), variant(time), user)

    def write_secured(self, server: int, item: int, value: Typed, user: int, verifier: int, time: Typed | None) -> None:
        if time is None:
            self._call("WriteSecured", server, item, user, verifier, variant(value))
        else:
            self._call("WriteSecured2", server, item, user, verifier, variant(value), variant(time))

    def suspend(self, server: int, item: int) -> Status:
        return _status(self._call("Suspend", server, item))

    def activate(self, server: int, item: int) -> Status:
        return _status(self._call("Activate", server, item))

    def authenticate(self, server: int, user: str, password: str) -> int:
        return self._call("AuthenticateUser", server, user, password)

    def user_to_id(self, server: int, guid: str) -> int:
        return self._call("ArchestrAUserToId", server, guid)


def _status(record: Any) -> Status:
    return Status(record.success, record.category, record.detected_by, record.detail)


def _newest(unknown: Any) -> tuple[Any, int]:
    interfaces = (ILMXProxyServer5, ILMXProxyServer4, ILMXProxyServer3, ILMXProxyServer2, ILMXProxyServer)
    for number, interface in zip((5, 4, 3, 2, 1), interfaces, strict=True):
        try:
            return unknown.QueryInterface(interface), number
        except COMError:
            continue
    raise GatewayError(
        ErrorCode.WORKER_START_FAILED,
        "the LMXProxy of this computer has none of the five known interfaces: this program does not know its version",
    )


def _not_created(hresult: int | None) -> GatewayError:
    code = _E_UNEXPECTED if hresult is None else hresult - (1 << 32) if hresult >= 1 << 31 else hresult
    return GatewayError(ErrorCode.WORKER_START_FAILED, create_words(code, struct.calcsize("P") * 8))


# ---- VARIANTs that go out

_oleaut32 = ctypes.WinDLL("oleaut32")
_oleaut32.SafeArrayCreateVector.restype = ctypes.c_void_p
_oleaut32.SysAllocStringLen.restype = ctypes.c_void_p
_FORMS = {
    variants.I1: "b", variants.I2: "h", variants.I4: "i", variants.I8: "q", variants.INT: "i", variants.UI1: "B",
    variants.UI2: "H", variants.UI4: "I", variants.UI8: "Q", variants.UINT: "I", variants.R4: "f", variants.R8: "d",
    variants.DATE: "d", variants.BOOL: "h", variants.BSTR: "P",
}  # fmt: skip


def variant(value: Typed) -> Any:
    """A VARIANT of just this type; it owns what it holds."""
    made = VARIANT()
    if value.payload is None:
        made.vt = value.vt
        return made
    place = ctypes.addressof(made) + 8
    if isinstance(value.payload, tuple):
        base = value.vt & 0xFFF
        data = b"".join(_packed(one, base) for one in value.payload)
        array = _oleaut32.SafeArrayCreateVector(
            ctypes.c_ushort(base), ctypes.c_long(0), ctypes.c_ulong(len(value.payload))
        )
        if not array:
            raise MemoryError("there is no room for the array")
        elements = ctypes.c_void_p()
        _oleaut32.SafeArrayAccessData(ctypes.c_void_p(array), ctypes.byref(elements))
        if data:
            ctypes.memmove(elements, data, len(data))
        _oleaut32.SafeArrayUnaccessData(ctypes.c_void_p(array))
        packed = struct.pack("P", array)
    else:
        packed = _packed(value.payload, value.vt)
    ctypes.memmove(place, packed, len(packed))
    made.vt = value.vt
    return made


def _packed(one: Any, vt: int) -> bytes:
    if vt == variants.BOOL:
        return struct.pack("h", -1 if one else 0)
    if vt == variants.BSTR:
        units = one.encode("utf-16-le", "surrogatepass")
        return struct.pack("P", _oleaut32.SysAllocStringLen(units, ctypes.c_uint(len(units) // 2)))
    return struct.pack("=" + _FORMS[vt], one)
