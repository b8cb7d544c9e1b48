"""The generated code under app/pb is what the .proto files make."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_generated_code_is_current(tmp_path: pathlib.Path) -> None:
    protos = sorted((ROOT / "proto" / "app" / "pb").glob("*.proto"))
    assert protos
    subprocess.run(
        [
            sys.executable, "-m", "grpc_tools.protoc", "-I", str(ROOT / "proto"),
            f"--python_out={tmp_path}", f"--mypy_out=readable_stubs:{tmp_path}", *map(str, protos),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    for made in sorted((tmp_path / "app" / "pb").iterdir()):
        kept = ROOT / "app" / "pb" / made.name
        assert kept.read_text() == made.read_text(), f"{kept.name} is stale: run `just gen`"
