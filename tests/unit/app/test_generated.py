"""The generated code under app/pb is what the .proto files make."""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
PROTOS = ROOT / "proto" / "app" / "pb"


def generate(into: pathlib.Path, protos: list[pathlib.Path], *kinds: str) -> None:
    outs = [f"--{kind}:{into}" if "=" in kind else f"--{kind}={into}" for kind in kinds]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", "-I", str(ROOT / "proto"), *outs, *map(str, protos)],
        check=True,
        capture_output=True,
    )


@pytest.mark.skipif(shutil.which("protoc-gen-mypy") is None, reason="mypy-protobuf is not on the path")
def test_generated_code_is_current(tmp_path: pathlib.Path) -> None:
    protos = sorted(PROTOS.glob("*.proto"))
    assert protos
    generate(tmp_path, protos, "python_out", "mypy_out=readable_stubs")
    generate(tmp_path, [PROTOS / "gateway.proto"], "grpc_python_out", "mypy_grpc_out=readable_stubs")
    made = sorted((tmp_path / "app" / "pb").iterdir())
    assert {path.name for path in made} == {path.name for path in (ROOT / "app" / "pb").glob("*_pb2*.py*")}
    for path in made:
        kept = ROOT / "app" / "pb" / path.name
        assert kept.read_text() == path.read_text(), f"{kept.name} is stale: run `just gen`"
