"""``just freeze``: the program and its workers as one folder that needs no Python, below build/dist.

PyInstaller builds for the system it runs on. The folder holds the licences of everything in it and an SBOM (CycloneDX)
made from uv.lock. On Windows ``WORKER32_PYTHON`` may name the python.exe of a 32-bit Python with PyInstaller, comtypes,
protobuf and tzdata: it makes the worker for MXAccess, which is put beside the others. Where it has python-tds as well,
the worker can browse a Galaxy; this environment needs it then, too, for its licence and the SBOM (extra ``galaxy``).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
#: Names the 32-bit Python; without it the program has no worker for MXAccess.
PYTHON32 = "WORKER32_PYTHON"
#: What the worker for MXAccess can do without.
OPTIONAL32 = "python-tds"
_LOOK = """
import struct, sys
from importlib.metadata import PackageNotFoundError, version
print(sys.platform, struct.calcsize("P") * 8)
for name in ("pyinstaller", "comtypes", "protobuf", "tzdata", "python-tds"):
    try:
        version(name)
    except PackageNotFoundError:
        print(name)
"""


def freeze(build: Path = BUILD) -> Path:
    """The folder with the executables. CalledProcessError when a tool fails, which has said why; ValueError where
    :data:`PYTHON32` names none that can make the worker for MXAccess."""
    python32 = os.environ.get(PYTHON32, "").strip()
    galaxy = bool(python32) and look_at(python32)
    if galaxy and not installed(OPTIONAL32):
        raise ValueError(f"{python32} has {OPTIONAL32}, and its licence is told from here: uv sync --extra galaxy")
    folder = bundle(build)
    if python32:
        add_worker32(python32, build, folder)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
    licences(folder / "licenses", [OPTIONAL32] if galaxy else [])
    sbom(folder / "sbom.cdx.json", [OPTIONAL32] if galaxy else [])
    return folder


def bundle(build: Path) -> Path:
    _pyinstaller(sys.executable, build, "installer/tagwatch.spec")
    return build / "dist" / "tagwatch"


def look_at(python: str) -> bool:
    """Whether the worker for MXAccess that this Python makes can browse a Galaxy. ValueError says why it cannot make
    any, and what to do."""
    try:
        done = subprocess.run([python, "-c", _LOOK], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ValueError(f"{PYTHON32} names {python}, which does not run: {error}") from error
    system, *missing = done.stdout.splitlines()
    if system != "win32 32":
        raise ValueError(f"{PYTHON32} names {python}, which is {system} bit: a 32-bit Python for Windows is needed")
    galaxy = OPTIONAL32 not in missing
    missing = [name for name in missing if name != OPTIONAL32]
    if missing:
        raise ValueError(f"{PYTHON32} names {python}, which lacks {', '.join(missing)}: -m pip install them there")
    return galaxy


def installed(name: str) -> bool:
    """In the Python that runs this."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def add_worker32(python: str, build: Path, folder: Path) -> None:
    """The worker for MXAccess, made by this Python, into the folder of the program."""
    _pyinstaller(python, build, "installer/worker32.spec")
    shutil.copytree(build / "dist" / "tagwatch-worker32", folder, dirs_exist_ok=True)


def _pyinstaller(python: str, build: Path, spec: str) -> None:
    command = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(build / "dist"), "--workpath", str(build / "work"), spec]
    subprocess.run(command, check=True, cwd=ROOT)


def sbom(path: Path, further: Sequence[str] = ()) -> None:
    """What the program is made of on this system, with versions and hashes; ``further``: packages of extras."""
    command = ["uv", "export", "-q", "--frozen", "--format", "cyclonedx1.5", "--no-dev", "--no-emit-project"]
    command += ["--all-extras", "--preview-features", "sbom-export", "--output-file", str(path)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    # The lock file, and so this list, is that of all systems and Pythons.
    here = {(canonicalize_name(one.name), one.version) for one in _packages(further)}
    listed = json.loads(path.read_text(encoding="utf-8"))
    listed["components"] = [one for one in listed["components"] if (one["name"], one["version"]) in here]
    kept = {one["bom-ref"] for one in [listed["metadata"].get("component", {}), *listed["components"]] if one}
    listed["dependencies"] = [
        one | {"dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in kept]}
        for one in listed["dependencies"]
        if one["ref"] in kept
    ]
    path.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")


def _packages(further: Sequence[str]) -> list[Distribution]:
    return [*needed("tagwatch"), *(distribution(name) for name in further)]


def licences(folder: Path, further: Sequence[str] = ()) -> None:
    """The licence texts of every package that the program needs, and of ``further`` ones, a folder each; ValueError
    names one without any."""
    for package in sorted(_packages(further), key=lambda each: each.name.lower()):
        texts = [file for file in package.files or () if _is_licence(file.name)]
        place = folder / f"{package.name}-{package.version}"
        place.mkdir(parents=True, exist_ok=True)
        declared = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
        classifiers = [each for each in package.metadata.get_all("Classifier") or () if each.startswith("License ::")]
        if not texts and not declared and not classifiers:
            raise ValueError(f"{package.name} {package.version} tells no licence: find it, and add it here by hand")
        (place / "DECLARED.txt").write_text("\n".join(filter(None, (declared, *classifiers))) + "\n", encoding="utf-8")
        for file in texts:
            shutil.copy(str(file.locate()), place / file.name)
    (folder / "Python").mkdir()
    shutil.copy(_python_licence(), folder / "Python" / "LICENSE.txt")


def needed(name: str) -> list[Distribution]:
    """What ``name`` needs on this system, without itself and without what is optional."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        for text in requires(waiting.pop()) or ():
            requirement = Requirement(text)
            if requirement.name in found or not (
                requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            ):
                continue
            try:
                found[requirement.name] = distribution(requirement.name)
            except PackageNotFoundError:
                continue  # not in this environment, so not in the program
            waiting.append(requirement.name)
    return list(found.values())


def _python_licence() -> Path:
    for place in (Path(sys.base_prefix), Path(sysconfig.get_path("stdlib"))):
        if (place / "LICENSE.txt").is_file():
            return place / "LICENSE.txt"
    raise ValueError(
        f"the licence of Python itself is not at {sys.base_prefix}: copy LICENSE.txt of this version there"
    )


def _is_licence(name: str) -> bool:
    return name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="freeze", description=__doc__)
    parser.add_argument("--build", type=Path, default=BUILD, help="where to build (build)")
    try:
        folder = freeze(parser.parse_args().build.absolute())
    except ValueError as error:
        sys.stderr.write(f"freeze: {error}\n")
        return 1
    sys.stdout.write(f"{folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
