"""gRPC's own command line, grpc_cli: no registry has it as a program, so it is made of Debian's source of the gRPC that
is installed, beside the checkout, and once only."""

from __future__ import annotations

import platform
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import platformdirs
import pytest

PACKAGES = ("libgrpc++-dev", "libprotoc-dev", "libabsl-dev", "protobuf-compiler-grpc", "g++", "pkg-config")
_UTIL = "test/cpp/util"
_SOURCES = (
    *(
        f"{_UTIL}/{name}.cc"
        for name in (
            "grpc_cli", "grpc_tool", "cli_call", "cli_credentials", "proto_file_parser",
            "proto_reflection_descriptor_database", "service_describer", "test_config_cc",
        )
    ),
    "src/core/lib/iomgr/load_file.cc",
    "made/src/proto/grpc/reflection/v1alpha/reflection.pb.cc",
    "made/src/proto/grpc/reflection/v1alpha/reflection.grpc.pb.cc",
)  # fmt: skip
_LIBRARIES = ("grpc++", "protobuf", "absl_flags_parse", "absl_flags_reflection", "absl_str_format", "absl_strings")


def program() -> Path:
    """The one of the path, else one that is built here in some 20 seconds; skips the test where neither can be."""
    found = shutil.which("grpc_cli")
    if found is not None:
        return Path(found)
    if shutil.which("apt-get") is None:
        pytest.skip("grpc_cli is not installed, and only Debian's source of it is built here")
    version = _said("dpkg-query", "-W", "-f", "${source:Version}", "libgrpc++-dev")
    missing = [name for name in PACKAGES if _said("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", name)[:2] != "ii"]
    if missing:
        pytest.skip(f"grpc_cli is not installed, and to build it these packages are missing: {' '.join(missing)}")
    place = platformdirs.user_cache_path("tagwatch-tests", appauthor=False) / f"grpc_cli-{version}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as folder:
            built = _built(Path(folder), version)
            built.replace(place)
    return place


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout.strip()


def _built(place: Path, version: str) -> Path:
    source = _source(place, version)
    _run(
        source,
        "mkdir made && protoc -I. --cpp_out=made --grpc_out=made --plugin=protoc-gen-grpc=$(command -v grpc_cpp_plugin)"
        " src/proto/grpc/reflection/v1alpha/reflection.proto",
    )
    flags = _said("pkg-config", "--cflags", *_LIBRARIES)
    each = f"g++ -O0 -w -std=c++17 -I. -Iinclude -Imade {flags} -c {{}} -o made/$(basename {{}}).o"
    _run(source, f"printf '%s\\n' {' '.join(_SOURCES)} | xargs -P2 -I{{}} sh -c {shlex.quote(each)}")
    libraries = _said("pkg-config", "--libs", *_LIBRARIES)
    _run(source, f"g++ -o grpc_cli made/*.o {libraries} -lprotoc -lpthread")
    return source / "grpc_cli"


def _source(place: Path, version: str) -> Path:
    """Of the release that the library was installed from; the machine's own lists of sources stay as they are."""
    asked = ("Created-By: Packages", f"Origin: {platform.freedesktop_os_release()['ID'].capitalize()}")
    listed = _said("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", *asked)
    if not listed:
        pytest.skip("grpc_cli is not installed, and apt-get has no lists: apt-get update brings them")
    sources, lists, cache = place / "sources.list", place / "lists", place / "cache"
    lines = [f"deb-src {line}" for line in listed.splitlines() if line.rpartition(" ")[2] in ("main", "universe")]
    sources.write_text("\n".join(dict.fromkeys(lines)) + "\n", encoding="utf-8")
    for folder in (lists / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True)
    options = {
        "Dir::Etc::sourcelist": sources, "Dir::Etc::sourceparts": "-", "Dir::State::lists": lists, "Dir::Cache": cache,
        "APT::Sandbox::User": "root",
    }  # fmt: skip
    apt = " ".join(["apt-get", "-qq", *(shlex.quote(f"-o{name}={value}") for name, value in options.items())])
    _run(place, f"{apt} update && {apt} source --download-only {shlex.quote('grpc=' + version)}")
    _run(place, "mkdir source && tar -xf grpc_*.orig.tar.* -C source --strip-components=1")
    return place / "source"


def _run(place: Path, command: str) -> None:
    done = subprocess.run(
        ["sh", "-ec", command], cwd=place, capture_output=True, text=True, timeout=240, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, f"grpc_cli could not be built: {command}\n{(done.stdout + done.stderr)[-2000:]}"
