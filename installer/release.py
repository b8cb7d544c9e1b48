"""``just release``: everything that a release hands out, below dist/: sdist, wheel, the frozen program (a tarball, or
the Windows installer), checksums.

``--bundle DIR`` takes a frozen folder instead of building one: NSIS compiles the installer of a Windows folder on any
system. Signing is asked for by ``RELEASE_SIGN``, a command that gets the file's name in place of ``{}``, such as
``signtool sign /fd sha256 /tr URL /td sha256 {}`` or ``osslsigncode sign …``: it names the certificate by itself.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

from installer.freeze import ROOT, freeze

SIGN = "RELEASE_SIGN"
SUMS = "SHA256SUMS"


def version() -> str:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def release(out: Path, bundle: Path | None) -> list[Path]:
    """The files made. CalledProcessError when a tool fails, ValueError where one is missing."""
    out.mkdir(parents=True, exist_ok=True)
    subprocess.run(["uv", "build", "--out-dir", str(out)], check=True, cwd=ROOT)
    made = [*out.glob(f"tagwatch-{version()}.tar.gz"), *out.glob(f"tagwatch-{version()}-*.whl")]
    folder = bundle or freeze()
    made.append(packed(folder, out))
    made.append(shutil.copy(folder / "sbom.cdx.json", out / f"tagwatch-{version()}.cdx.json"))
    (out / SUMS).write_text("".join(f"{digest(file)}  {file.name}\n" for file in made), encoding="ascii")
    return [*made, out / SUMS]


def packed(folder: Path, out: Path) -> Path:
    """The installer of a Windows folder, the tarball of another."""
    if (folder / "tagwatchw.exe").is_file():
        for program in sorted(folder.glob("*.exe")):
            sign(program)
        return setup(folder, out / f"Tagwatch-{version()}-setup.exe")
    path = out / f"tagwatch-{version()}-linux-{platform.machine()}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, arcname=f"tagwatch-{version()}")
    return path


def setup(folder: Path, path: Path) -> Path:
    compiler = shutil.which("makensis")
    if compiler is None:
        raise ValueError(
            "makensis is missing: install NSIS 3 (Debian: apt-get install nsis; Windows: nsis.sourceforge.io)"
        )
    defines = {"VERSION": version(), "BUNDLE": str(folder.absolute()), "OUT": str(path.absolute())}
    command = [compiler, "-V2", *(f"-D{name}={value}" for name, value in defines.items())]
    subprocess.run([*command, str(ROOT / "installer" / "windows.nsi")], check=True)
    sign(path)
    return path


def sign(path: Path) -> None:
    """With the command in the environment, where there is one; told when there is none."""
    command = os.environ.get(SIGN, "")
    if not command:
        sys.stdout.write(f"not signed: {path.name} ({SIGN} is not set)\n")
        return
    subprocess.run([str(path) if part == "{}" else part for part in shlex.split(command)], check=True)


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(prog="release", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where to (dist)")
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="a frozen folder that is there already")
    options = parser.parse_args()
    try:
        for path in release(options.out.absolute(), options.bundle):
            sys.stdout.write(f"{path}\n")
    except ValueError as error:
        sys.stderr.write(f"release: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
