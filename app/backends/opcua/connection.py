"""One connection to a server: security, login, wait until it runs; services in batches. No retries: the driver's."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies
from asyncua.ua import uaerrors

from app.backends.opcua.certificates import application_uri, fingerprint, own_certificate, require_trust
from app.backends.opcua.options import OpcUaOptions
from app.errors import GatewayError

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: How often the server's state is read when nothing else tells that it lives.
_WATCH_S = 2.0
_RUNNING_S = 0.5

_BAD_LOGIN = (
    ua.StatusCodes.BadIdentityTokenRejected,
    ua.StatusCodes.BadIdentityTokenInvalid,
    ua.StatusCodes.BadUserAccessDenied,
)
_BAD_CERTIFICATE = (
    ua.StatusCodes.BadSecurityChecksFailed,
    ua.StatusCodes.BadCertificateInvalid,
    ua.StatusCodes.BadCertificateTimeInvalid,
    ua.StatusCodes.BadCertificateHostNameInvalid,
    ua.StatusCodes.BadCertificateUriInvalid,
    ua.StatusCodes.BadCertificateUseNotAllowed,
    ua.StatusCodes.BadCertificateUntrusted,
    ua.StatusCodes.BadCertificateRevoked,
)


class Connection:
    """Made by :meth:`open`, used, closed; a lost one is not used again. ``lost`` is called once, with the reason."""

    def __init__(self, options: OpcUaOptions, lost: Callable[[str], None]) -> None:
        self._options = options
        self._lost = lost
        self._told = False
        self.client = Client(options.endpoint, timeout=options.timeout_s, watchdog_intervall=_WATCH_S)
        self.client.name = self.client.description = "Tagwatch"
        self.client.application_uri = application_uri()
        self.client.connection_lost_callback = self._connection_lost

    @property
    def session(self) -> Any:
        """The library's session: services by their names in the specification."""
        return self.client.uaclient.session

    async def open(self) -> str:
        """Connect and log in; the server's name. GatewayError: SourceUnreachable, SecurityNotOffered,
        CertificateNotTrusted, CertificateChanged, AuthenticationFailed, PlainPassword."""
        options = self._options
        endpoints = await self._endpoints()
        endpoint = _chosen(endpoints, options)
        self._check_password(endpoint)
        certificate = endpoint.ServerCertificate
        if options.security != "None" or options.user:
            if not certificate:
                raise GatewayError("SecurityNotOffered", f"the server at {options.endpoint} shows no certificate")
            # Before anything secret is sent, and before a session is opened.
            require_trust(_first(certificate), options)
        own = await self._secure(_first(certificate)) if options.security != "None" else None
        if options.user:
            self.client.set_user(options.user)
            self.client.set_password(options.password)
        await self._reached(self.client.connect, own)
        await self._wait_running()
        server = endpoint.Server
        name = server.ApplicationName.Text if server and server.ApplicationName else ""
        return f"{name or 'OPC UA server'} at {options.endpoint}"

    async def _endpoints(self) -> list[Any]:
        return await self._reached(self.client.connect_and_get_server_endpoints)

    async def _secure(self, certificate: bytes) -> Path:
        """The path of our own certificate."""
        policy = getattr(security_policies, f"SecurityPolicy{self._options.policy}")
        mode = getattr(ua.MessageSecurityMode, self._options.mode)
        own, key = await own_certificate(self.client, self._options.certificates)
        await self.client.set_security(policy, own, key, server_certificate=certificate, mode=mode)
        return own

    def _check_password(self, endpoint: Any) -> None:
        """A password never leaves in plain text, unless the user says so."""
        if not self._options.user or self._options.allow_plain_password or self._options.mode == "SignAndEncrypt":
            return
        for token in endpoint.UserIdentityTokens or []:
            if token.TokenType == ua.UserTokenType.UserName:
                policy = token.SecurityPolicyUri or endpoint.SecurityPolicyUri
                if policy and not policy.endswith("#None"):
                    return
        raise GatewayError(
            "PlainPassword",
            f"the server at {self._options.endpoint} takes the password only in plain text without encryption: "
            "choose a security with SignAndEncrypt",
        )

    async def _reached(self, act: Callable[[], Awaitable[_T]], own: Path | None = None) -> _T:
        """What ``act`` gives. ``own`` is the certificate that is shown to the server on the way."""
        where = self._options.endpoint.removeprefix("opc.tcp://")
        try:
            return await act()
        except uaerrors.UaStatusCodeError as error:
            if error.code in _BAD_LOGIN:
                raise GatewayError(
                    "AuthenticationFailed", f"the server at {where} refused the login of {self._who()}"
                ) from error
            if own is not None and error.code in _BAD_CERTIFICATE:
                raise self._not_taken(own, _words(error)) from error
            raise GatewayError("SourceRefused", f"the server at {where} refused: {_words(error)}") from error
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and (task := asyncio.current_task()) and task.cancelling():
                raise
            # It was there a moment ago, and told its endpoints: many servers say nothing more than this.
            if own is not None and isinstance(error, ConnectionError):
                raise self._not_taken(own, _cause(error)) from error
            raise GatewayError("SourceUnreachable", f"{where} cannot be reached: {_cause(error)}") from error
        except uaerrors.UaError as error:
            raise GatewayError("SourceRefused", f"the server at {where} refused: {_words(error)}") from error

    def _not_taken(self, own: Path, why: str) -> GatewayError:
        return GatewayError(
            "CertificateRefused",
            f"the server at {self._options.endpoint} does not take this program's certificate ({why}): "
            f"its owner has to trust {own} there",
            certificate=str(own),
            fingerprint=fingerprint(own.read_bytes()),
        )

    def _who(self) -> str:
        return f"user {self._options.user}" if self._options.user else "an anonymous user"

    async def _wait_running(self) -> None:
        """A server that starts takes connections before it serves: wait for Running, within the worker's start."""
        while True:
            state = await self.client.nodes.server_state.read_value()
            if state == ua.ServerState.Running:
                return
            await asyncio.sleep(_RUNNING_S)

    async def _connection_lost(self, error: Exception) -> None:
        self.tell_lost(_cause(error))

    def tell_lost(self, reason: str) -> None:
        if not self._told:
            self._told = True
            self._lost(reason)

    async def close(self) -> None:
        """Best effort, within a second: the server may be gone."""
        self._told = True
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await self.client.disconnect()
        with contextlib.suppress(Exception):
            self.client.disconnect_socket()

    # ---- services

    async def read(
        self, nodes: Sequence[tuple[ua.NodeId, ua.AttributeIds]], parts: Sequence[str] = ()
    ) -> list[ua.DataValue]:
        """Attributes in one request; one data value per entry. ``parts`` are index ranges, one per entry."""
        parameters = ua.ReadParameters()
        parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
        for at, (node, attribute) in enumerate(nodes):
            entry = ua.ReadValueId()
            entry.NodeId, entry.AttributeId = node, attribute
            entry.IndexRange = parts[at] if parts else None
            parameters.NodesToRead.append(entry)
        return await self.session.read(parameters) if nodes else []

    async def properties_of(self, node: ua.NodeId, names: Sequence[str]) -> dict[str, ua.NodeId]:
        """The node's properties of namespace 0 with these names."""
        entry = ua.BrowseDescription()
        entry.NodeId = node
        entry.BrowseDirection = ua.BrowseDirection.Forward
        entry.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HasProperty)
        entry.IncludeSubtypes = True
        entry.ResultMask = ua.BrowseResultMask.All
        parameters = ua.BrowseParameters()
        parameters.NodesToBrowse = [entry]
        (result,) = await self.session.browse(parameters)
        return {
            reference.BrowseName.Name: local(reference.NodeId)
            for reference in result.References or []
            if reference.BrowseName.NamespaceIndex == 0 and reference.BrowseName.Name in names
        }


def is_good(data: ua.DataValue) -> bool:
    return data.StatusCode is None or data.StatusCode.is_good()


def local(node: Any) -> ua.NodeId:
    """An expanded node id as the plain one that services take."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)


def _chosen(endpoints: list[Any], options: OpcUaOptions) -> Any:
    for endpoint in endpoints:
        policy = (endpoint.SecurityPolicyUri or "").rpartition("#")[2]
        mode = endpoint.SecurityMode.name.rstrip("_")
        if policy == options.policy and mode == options.mode:
            return endpoint
    offered = sorted({_security_words(endpoint) for endpoint in endpoints})
    raise GatewayError(
        "SecurityNotOffered",
        f"the server at {options.endpoint} does not offer security {options.security}; "
        f"it offers {', '.join(offered) or 'none at all'}",
        offered=", ".join(offered),
    )


def _security_words(endpoint: Any) -> str:
    policy = (endpoint.SecurityPolicyUri or "").rpartition("#")[2]
    mode = endpoint.SecurityMode.name.rstrip("_")
    return "None" if mode == "None" else f"{policy}/{mode}"


def _first(chain: bytes) -> bytes:
    """The first certificate of a chain in DER: its outer length says where it ends."""
    return chain[: int.from_bytes(chain[2:4], "big") + 4]


def _words(error: BaseException) -> str:
    return str(error).partition("(")[0].strip() or type(error).__name__


def _cause(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused: is the server running?"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
