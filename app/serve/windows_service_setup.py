"""The service of Windows as the service control knows it: made, set up anew, removed. Imports on Windows alone."""

# pyright: reportUnknownMemberType=false, reportMissingModuleSource=false

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pywintypes
import win32api
import win32con
import win32security
import win32service

from app.serve.service_command import NAME, ServiceError, access_list, account_sid, command_line

_DISPLAYED = "Tagwatch gateway"
_DESCRIPTION = "Offers process tags to other programs."
_THERE_IS_NONE, _THERE_IS_ONE, _ACCESS_DENIED, _NOT_STARTED, _UNKNOWN_TO_IT = 1060, 1073, 5, 1062, 124
_TAKES_NO_ORDER = 1061  # while it starts, and while it stops
_STOP_S = 40.0
_POLL_S = 0.2
_RESTARTS_MS = (2_000, 10_000, 60_000)
_DAY_S = 86_400
#: What belongs to the service's folder from the start. `private` inherits who may read it; made later by an
#: administrator who creates a key, it would be closed to the service.
_FOLDERS = ("logs", "private")


def install(program: Path, data: Path) -> bool:
    """Make the service, or give one that is there this program and folder. It is not started. False: it is there, but
    this Windows does not restart it after a failure.

    ServiceError: no administrator, or a folder that somebody else has made; no new service is left then."""
    with _telling("the service could not be made"), _manager() as manager:
        _prepare(data)
        service, is_new = _made(manager, command_line(program, data))
        try:
            _set_environment(data)
            return _configured(service)
        except BaseException:
            if is_new:
                win32service.DeleteService(service)
            raise
        finally:
            win32service.CloseServiceHandle(service)


def _made(manager: Any, command: str) -> tuple[Any, bool]:
    """The service with this command line, and whether it is new."""
    kind, start, errors = (
        win32service.SERVICE_WIN32_OWN_PROCESS, win32service.SERVICE_AUTO_START, win32service.SERVICE_ERROR_NORMAL
    )  # fmt: skip
    account = f"NT SERVICE\\{NAME}"
    try:
        service = win32service.CreateService(
            manager, NAME, _DISPLAYED, win32service.SERVICE_ALL_ACCESS, kind, start, errors, command, None, False, None,
            account, None,
        )  # fmt: skip
    except pywintypes.error as error:
        if error.winerror != _THERE_IS_ONE:
            raise
    else:
        return service, True
    service = win32service.OpenService(manager, NAME, win32service.SERVICE_ALL_ACCESS)
    win32service.ChangeServiceConfig(
        service, kind, start, errors, command, None, False, None, account, None, _DISPLAYED
    )  # fmt: skip
    return service, False


def _set_environment(data: Path) -> None:
    """Where it keeps its keys and records: the environment of this service alone."""
    registry: Any = win32api  # its stubs know handles alone, not the keys that Windows names by numbers
    where = rf"SYSTEM\CurrentControlSet\Services\{NAME}"
    key = registry.RegOpenKeyEx(win32con.HKEY_LOCAL_MACHINE, where, 0, win32con.KEY_SET_VALUE)
    registry.RegSetValueEx(key, "Environment", 0, win32con.REG_MULTI_SZ, [f"TAGWATCH_CONFIG_DIR={data}"])


def remove() -> bool:
    """Stop it and remove it; False where there is none. ServiceError when it may not, or does not stop."""
    with _telling("the service could not be removed"), _manager() as manager:
        try:
            service = win32service.OpenService(manager, NAME, win32service.SERVICE_ALL_ACCESS)
        except pywintypes.error as error:
            if error.winerror == _THERE_IS_NONE:
                return False
            raise
        try:
            _stop(service)
            win32service.DeleteService(service)
        finally:
            win32service.CloseServiceHandle(service)
    return True


def _configured(service: Any) -> bool:
    win32service.ChangeServiceConfig2(service, win32service.SERVICE_CONFIG_DESCRIPTION, _DESCRIPTION)
    win32service.ChangeServiceConfig2(service, win32service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, True)
    restarts = [(win32service.SC_ACTION_RESTART, delay) for delay in _RESTARTS_MS]
    after = {"ResetPeriod": _DAY_S, "RebootMsg": None, "Command": None, "Actions": restarts}
    try:
        win32service.ChangeServiceConfig2(service, win32service.SERVICE_CONFIG_FAILURE_ACTIONS, after)
        # It is restarted when it ends with an error, too, not after a crash alone.
        win32service.ChangeServiceConfig2(service, win32service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, True)
    except pywintypes.error as error:
        if error.winerror != _UNKNOWN_TO_IT:
            raise
        return False
    return True


def _stop(service: Any) -> None:
    end = time.monotonic() + _STOP_S
    while win32service.QueryServiceStatus(service)[1] != win32service.SERVICE_STOPPED:
        if time.monotonic() >= end:
            raise ServiceError(f"the service {NAME} did not stop within {_STOP_S:g} s: look into its log, try again")
        try:
            win32service.ControlService(service, win32service.SERVICE_CONTROL_STOP)
        except pywintypes.error as error:
            if error.winerror not in (_NOT_STARTED, _TAKES_NO_ORDER):
                raise
        time.sleep(_POLL_S)


def _prepare(data: Path) -> None:
    """The folder, for nobody else from before anything is in it."""
    if data.exists():
        _refuse_strangers(data)
    data.mkdir(parents=True, exist_ok=True)
    rights = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
        access_list(NAME), win32security.SDDL_REVISION_1
    )
    win32security.SetNamedSecurityInfo(
        str(data),
        win32security.SE_FILE_OBJECT,
        win32security.DACL_SECURITY_INFORMATION | win32security.PROTECTED_DACL_SECURITY_INFORMATION,
        None,
        None,
        rights.GetSecurityDescriptorDacl(),
        None,
    )
    for name in _FOLDERS:
        (data / name).mkdir(exist_ok=True)
    (data / "settings.toml").touch()


def _refuse_strangers(data: Path) -> None:
    """Everybody may make folders in %ProgramData%, and who owns one can open it again."""
    owner = win32security.GetNamedSecurityInfo(
        str(data), win32security.SE_FILE_OBJECT, win32security.OWNER_SECURITY_INFORMATION
    ).GetSecurityDescriptorOwner()
    token = win32security.OpenProcessToken(win32api.GetCurrentProcess(), win32con.TOKEN_QUERY)
    user = cast(Any, win32security.GetTokenInformation(token, win32security.TokenUser))
    sid = win32security.ConvertSidToStringSid(owner)
    trusted = ("S-1-5-32-544", "S-1-5-18", account_sid(NAME), win32security.ConvertSidToStringSid(user[0]))
    if sid not in trusted:
        raise ServiceError(f"{data} belongs to somebody else ({sid}): look what it is, remove it, or use --data")


@contextlib.contextmanager
def _manager() -> Generator[Any]:
    manager = win32service.OpenSCManager(None, None, win32service.SC_MANAGER_ALL_ACCESS)
    try:
        yield manager
    finally:
        win32service.CloseServiceHandle(manager)


@contextlib.contextmanager
def _telling(what: str) -> Generator[None]:
    try:
        yield
    except pywintypes.error as error:
        if error.winerror == _ACCESS_DENIED:
            raise ServiceError(f"{what}: run this as administrator") from error
        raise ServiceError(f"{what}: {error.strerror} ({error.winerror}, {error.funcname})") from error
