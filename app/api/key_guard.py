"""Guards of the API: with keys, and for a server on loopback that asks for none."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from urllib.parse import unquote

from google.protobuf.message import Message

from app.access.errors import KeyStoreError
from app.access.key_ring import KeyRefusedError, KeyRing
from app.access.keys import KeyInfo
from app.access.limits import Buckets
from app.access.scopes import Scope, permits
from app.api.guard import Call, Caller, Place
from app.api.key_limits import KeyLimits
from app.api.scopes import needed
from app.config import Settings
from app.errors import ErrorCode, GatewayError
from app.metrics import Metrics
from app.pb import gateway_pb2 as pb
from app.tasks import Clock

_log = logging.getLogger(__name__)

_BEARER = "bearer "
#: A key may save up calls for so long.
_BURST_S = 2.0
#: Wrong keys from one address: so many at once, and so many a second after that.
_WRONG_BURST, _WRONG_PER_S = 20, 1.0
_RETRY = "retry_after_s"
_ANONYMOUS = frozenset((Scope.ADMIN,))


class LocalGuard:
    """Everybody on this computer may do everything, within the limits of one key together."""

    def __init__(self, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._calls = Buckets(clock)
        self._streams: dict[str, set[_Stream]] = {}

    async def admit(self, call: Call) -> Caller:
        self.take("", None)
        return Caller("", call.peer, frozenset(map(str, _ANONYMOUS)))

    def permit(self, caller: Caller, call: Call, request: Message) -> None:
        return None

    def take(self, key_id: str, calls_per_s: float | None) -> None:
        """One call of the key; GatewayError RateLimited, with the time to wait, where it has no more."""
        rate = calls_per_s or self._settings.api_calls_per_s
        bucket = self._calls.of(key_id, rate, rate * _BURST_S)
        if not bucket.take():
            self.denied("rate")
            words = f"more than {rate:g} calls a second with one key: wait a moment"
            raise GatewayError(ErrorCode.RATE_LIMITED, words, **{_RETRY: f"{bucket.wait_s:.3f}"})

    @contextlib.contextmanager
    def streaming(self, caller: Caller, call: Call) -> Generator[Place]:
        streams = self._streams.setdefault(caller.key_id, set())
        if len(streams) >= self._settings.api_streams:
            self.denied("streams")
            raise GatewayError(
                ErrorCode.STREAM_LIMIT_REACHED,
                f"this key has {len(streams)} streams open, and may have no more: close one",
                limit=str(self._settings.api_streams),
            )
        stream = _Stream(asyncio.current_task())
        streams.add(stream)
        self._metrics.api_streams.inc()
        try:
            yield stream
        finally:
            self._metrics.api_streams.dec()
            streams.discard(stream)
            if not streams:
                self._streams.pop(caller.key_id, None)

    def end_streams(self, key_id: str) -> None:
        """End those of a key that opens nothing any more."""
        for stream in list(self._streams.get(key_id, ())):
            stream.end()

    @property
    def streams(self) -> dict[str, int]:
        """Open now, by key id."""
        return {key_id: len(streams) for key_id, streams in self._streams.items()}

    def denied(self, reason: str) -> None:
        self._metrics.api_denied.labels(reason).inc()


class _Stream:
    def __init__(self, task: asyncio.Task[object] | None) -> None:
        self._task = task
        self._ended = False

    def end(self) -> None:
        if self._task is not None and not self._ended and not self._task.done():
            self._ended = True
            self._task.cancel()

    def cause(self, error: BaseException) -> BaseException:
        if self._ended and isinstance(error, asyncio.CancelledError) and self._task is not None:
            self._ended = False
            if not self._task.uncancel():
                return GatewayError(ErrorCode.UNAUTHENTICATED, "the API key is not accepted any more as it was")
        return error


class KeyGuard:
    """Admits who shows a key (metadata ``authorization: Bearer tw_…``), and permits what its scopes and limits allow.

    A refused caller is told that it was refused and nothing else. Streams of a key that is revoked, rotated or expired
    end at once. From :meth:`start` to :meth:`stop`."""

    def __init__(self, ring: KeyRing, settings: Settings, clock: Clock, metrics: Metrics) -> None:
        self._ring = ring
        self._local = LocalGuard(settings, clock, metrics)
        self._wrong = Buckets(clock)
        self._limits: dict[str, tuple[KeyInfo, KeyLimits]] = {}
        self._unwatch: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """KeyStoreError where the keys cannot be read."""
        await self._ring.start()
        self._unwatch = self._ring.watch(self._gone)

    async def stop(self) -> None:
        self._unwatch()
        await self._ring.stop()

    @property
    def ring(self) -> KeyRing:
        return self._ring

    @property
    def problem(self) -> str:
        """Why nobody can be admitted at present; "" = nothing is wrong."""
        return self._ring.problem

    @property
    def streams(self) -> dict[str, int]:
        return self._local.streams

    def _gone(self, key_id: str) -> None:
        self._limits.pop(key_id, None)
        self._local.end_streams(key_id)

    # ---- the seam

    async def admit(self, call: Call) -> Caller:
        given = call.header("authorization")
        host = host_of(call.peer)
        if not given:
            self._local.denied("no key")
            words = "this server asks for an API key: metadata authorization: Bearer tw_<id>_<secret>"
            raise GatewayError(ErrorCode.UNAUTHENTICATED, words)
        try:
            info = self._ring.check(given[len(_BEARER) :] if given[: len(_BEARER)].lower() == _BEARER else "")
        except KeyRefusedError as error:
            self._local.denied(f"{error.reason} key")
            # The log is not to be filled by whoever tries; a right key from there is never held up.
            wrong = self._wrong.of(host, _WRONG_PER_S, _WRONG_BURST)
            if not wrong.take():
                words = "too many wrong API keys from this address"
                raise GatewayError(ErrorCode.RATE_LIMITED, words, **{_RETRY: f"{wrong.wait_s:.3f}"}) from None
            _log.warning("an API key was refused (%s) from %s", error.reason, host)
            raise GatewayError(ErrorCode.UNAUTHENTICATED, "the API key was refused") from None
        except KeyStoreError:
            self._local.denied("no key store")
            raise GatewayError(ErrorCode.KEYS_UNAVAILABLE, "the server cannot check API keys at present") from None
        self._local.take(info.id, info.spec.calls_per_s)
        return Caller(info.id, call.peer, frozenset(map(str, info.spec.scopes)), self._limits_of(info), info.spec.name)

    def _limits_of(self, info: KeyInfo) -> KeyLimits:
        kept = self._limits.get(info.id)
        if kept is None or kept[0].spec != info.spec:
            kept = self._limits[info.id] = info, KeyLimits(info.spec.constraints)
        return kept[1]

    def permit(self, caller: Caller, call: Call, request: Message) -> None:
        scope = needed(call.method, request)
        if not permits(frozenset(map(Scope, caller.scopes)), scope):
            self._local.denied("scope")
            words = f"the key {caller.key_id} lacks the scope {scope}"
            raise GatewayError(ErrorCode.PERMISSION_DENIED, words, scope=str(scope))
        limits = caller.constraints
        if isinstance(request, pb.OpenSessionRequest) and isinstance(limits, KeyLimits):
            options = frozenset(request.options)
            if reason := limits.open(request.source, request.backend, request.name, options):
                self._local.denied("constraint")
                raise GatewayError(ErrorCode.PERMISSION_DENIED, reason)

    def streaming(self, caller: Caller, call: Call) -> AbstractContextManager[Place]:
        return self._local.streaming(caller, call)


def host_of(peer: str) -> str:
    """The address without its port, of a peer as gRPC names it: ``ipv4:127.0.0.1:50312``, ``ipv6:%5B::1%5D:50312``."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in ("ipv4", "ipv6"):
        return peer
    return rest.rpartition(":")[0].strip("[]") or rest
