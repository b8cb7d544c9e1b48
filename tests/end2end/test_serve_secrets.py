"""A server whose source wants a secret: another Tagwatch, whose key comes from the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.client import Client, ClientError, ClientOptions
from tests.helpers.serving import Served, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.clause("X10")]


async def test_a_source_with_a_secret_is_opened_as_it_is_saved_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path / "far") as far:
        desk = Served(tmp_path / "near", {}, {})
        options = {"address": far.address, "source": "plant", "key_id": far.key_id}
        entry = {"name": "far plant", "backend": "gateway", "options": options, "open_at_start": False}
        content = {"tagwatch": "workspace", "version": 1, "sources": {"sources": [entry]}}
        (desk.place / "plant.tagwatch").write_text(json.dumps(content), encoding="utf-8")
        monkeypatch.setenv("TAGWATCH_SECRET_FAR_PLANT", far.key)
        desk.start()
        try:
            async with Client(ClientOptions(address=desk.address, key=desk.key)) as client:
                (source,) = await client.sources()
                assert source.missing == ()
                session = await client.open("far plant")
                (row,) = await session.read(["Sample.Integer"])
                assert row.value == 42
                with pytest.raises(ClientError, match=r"wants a key|refuses the key|no key") as refused:
                    await client.open("far plant", options={"timeout_s": 20.0})
                assert far.key not in str(refused.value)
                await session.close()
        finally:
            desk.stop()
        for log in (desk.errors(), far.errors()):
            assert far.key.split("_")[2] not in log
