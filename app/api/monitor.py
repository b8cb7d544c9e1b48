"""Metrics and readiness over HTTP, for the collectors and supervisors of this computer.

``/metrics`` in Prometheus' text format, ``/ready`` (200, or 503 with a reason a line) and ``/live`` (200). The socket
is on loopback alone. Requests come in threads; what they ask is answered by the loop that owns it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.exposition import ThreadingWSGIServer

from app.errors import ErrorCode, GatewayError
from app.metrics import Metrics
from app.pb import gateway_pb2 as pb

_log = logging.getLogger(__name__)

HOST = "127.0.0.1"
#: How long an answer may take, and a client to ask.
_ANSWER_S = 5.0
_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_METHODS = {
    f"{service.name}/{method.name}": method.server_streaming
    for service in pb.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
_Start = Callable[[str, list[tuple[str, str]]], object]


def observer(metrics: Metrics) -> Callable[[str, str, float], None]:
    """Counts calls of the API: method, status, seconds. A method that is none of ours counts as one."""

    def observe(method: str, code: str, seconds: float) -> None:
        name = method.rpartition(".")[2]
        streams = _METHODS.get(name)
        if streams is None:
            name = "other"
        metrics.api_calls.labels(name, code).inc()
        if not streams:
            metrics.api_latency.labels(name).observe(seconds)

    return observe


class Monitor:
    """From :meth:`start` to :meth:`stop`, on the loop that starts it."""

    def __init__(self, metrics: Metrics, problems: Callable[[], Mapping[str, str]]) -> None:
        """``problems``: what is not ready -> why; empty = everything is. Called on the loop."""
        self._metrics = metrics
        self._problems = problems
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.address = ""

    def start(self, port: int) -> str:
        """Listen; port 0 = any that is free. The address. GatewayError InvalidArgument where that is not possible."""
        self._loop = asyncio.get_running_loop()
        try:
            server = make_server(HOST, port, self._answer, _Server, _Handler)
        except OSError as error:
            raise GatewayError(
                ErrorCode.INVALID_ARGUMENT,
                f"cannot listen on {HOST}:{port} for metrics: {error.strerror}. Choose another metrics_port",
            ) from error
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="metrics", daemon=True)
        self._thread.start()
        self.address = f"{HOST}:{server.server_port}"
        _log.info("metrics on http://%s/metrics", self.address)
        return self.address

    async def stop(self) -> None:
        """Twice is harmless."""
        server, self._server = self._server, None
        if server is not None:
            await asyncio.to_thread(self._end, server)

    def _end(self, server: WSGIServer) -> None:
        server.shutdown()
        server.server_close()
        if self._thread is not None:
            self._thread.join()

    # ---- in the threads of requests

    def _answer(self, environ: dict[str, Any], start: _Start) -> Iterable[bytes]:
        status, kind, body = self._response(environ)
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")])
        return () if environ.get("REQUEST_METHOD") == "HEAD" else (body,)

    def _response(self, environ: dict[str, Any]) -> tuple[str, str, bytes]:
        plain = "text/plain; charset=utf-8"
        # A page of somewhere else, opened in a browser here, must not read it through a name of its own.
        if str(environ.get("HTTP_HOST", "")).rpartition(":")[0] not in _HOSTS:
            return "403 Forbidden", plain, b"ask 127.0.0.1\n"
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return "405 Method Not Allowed", plain, b"GET\n"
        try:
            match environ.get("PATH_INFO"):
                case "/metrics":
                    return "200 OK", CONTENT_TYPE_LATEST, self._on_loop(lambda: generate_latest(self._metrics.registry))
                case "/ready":
                    problems = self._on_loop(lambda: dict(self._problems()))
                    lines = [f"{name or 'server'}: {why}\n" for name, why in problems.items()]
                    status = "503 Service Unavailable" if lines else "200 OK"
                    return status, plain, "".join(lines or ["ready\n"]).encode()
                case "/live":
                    self._on_loop(lambda: None)
                    return "200 OK", plain, b"live\n"
                case _:
                    return "404 Not Found", plain, b"/metrics /ready /live\n"
        except TimeoutError:
            return "503 Service Unavailable", plain, f"no answer within {_ANSWER_S:g} s\n".encode()

    def _on_loop(self, ask: Callable[[], Any]) -> Any:
        """What ``ask`` gives on the loop. TimeoutError where the loop does not get there."""
        assert self._loop is not None
        answer: Future[Any] = Future()

        def run() -> None:
            try:
                answer.set_result(ask())
            except Exception as error:
                answer.set_exception(error)

        try:
            self._loop.call_soon_threadsafe(run)
        except RuntimeError as error:  # the loop has ended
            raise TimeoutError from error
        return answer.result(_ANSWER_S)


class _Server(ThreadingWSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def server_bind(self) -> None:
        # The base class would ask a name server for the name of 127.0.0.1.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = _ANSWER_S

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a collector asks every few seconds."""
