"""What stands between the network and the services, put together from settings."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from app.api.front import Front
from app.api.guard import Call
from app.config import ApiTls, SettingError, Settings
from app.metrics import Metrics
from app.tasks import SystemClock

pytestmark = pytest.mark.clause("X7")


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    return tmp_path


def front(host: str = "127.0.0.1", **settings: object) -> Front:
    return Front(Settings(**settings), SystemClock(), Metrics(), host)  # type: ignore[arg-type]


async def test_as_it_comes_it_is_plain_asks_for_keys_and_shows_nothing(own_directory: Path) -> None:
    made = front()
    await made.start()
    assert made.credentials is None
    assert made.keys is not None
    assert made.keys.path == own_directory / "keys.sqlite"
    assert made.watch(dict) == ""
    assert made.problems() == {}
    await made.stop()
    await made.stop()


async def test_for_a_network_it_has_tls_and_keys(own_directory: Path) -> None:
    made = front("0.0.0.0", api_tls=ApiTls.OWN)
    await made.start()
    assert made.credentials is not None
    assert made.transport.authority_file == own_directory / "private" / "authority.pem"
    await made.stop()


def test_a_network_without_them_is_refused_before_anything_is_made(own_directory: Path) -> None:
    with pytest.raises(SettingError, match="which other computers reach"):
        front("0.0.0.0")
    assert list(own_directory.iterdir()) == []


async def test_without_keys_this_computer_is_let_in() -> None:
    made = front(api_authentication=False)
    await made.start()
    caller = await made.guard.admit(Call("/x/Y", "ipv4:127.0.0.1:1"))
    assert caller.scopes == {"admin"}
    assert made.keys is None
    await made.stop()


async def test_what_cannot_be_used_stops_the_start_and_leaves_nothing(own_directory: Path) -> None:
    (own_directory / "private").mkdir()
    (own_directory / "private" / "pepper").write_text("no pepper")
    (own_directory / "private" / "pepper").chmod(0o600)
    with pytest.raises(SettingError, match="hexadecimal"):
        await front(api_tls=ApiTls.OWN).start()
    with pytest.raises(SettingError, match="missing"):
        await front(api_tls=ApiTls.GIVEN, api_certificate="/missing", api_private_key="/missing").start()


@pytest.mark.clause("X9")
async def test_metrics_where_the_settings_want_them() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = front(metrics_port=port)
    await made.start()
    assert made.watch(lambda: {"": "no disk"}) == f"127.0.0.1:{port}"

    def ready() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=10) as response:
                return response.status, ""
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    import asyncio

    assert await asyncio.to_thread(ready) == (503, "server: no disk\n")
    await made.stop()
