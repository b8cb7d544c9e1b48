"""What Windows shows of an executable under Properties, Details. For the specs, which PyInstaller runs."""

from __future__ import annotations

from typing import Any


def version_resource(name: str, text: str) -> Any:
    """PyInstaller's VSVersionInfo for ``name``.exe; ``text`` is the version, as in 1.2.3."""
    from PyInstaller.utils.win32.versioninfo import (  # noqa: PLC0415 - imports on Windows alone
        FixedFileInfo,
        StringFileInfo,
        StringStruct,
        StringTable,
        VarFileInfo,
        VarStruct,
        VSVersionInfo,
    )

    numbers = (*(int(part) for part in text.split(".")[:3]), 0)
    words = {
        "CompanyName": "Tagwatch",
        "FileDescription": "Tagwatch",
        "FileVersion": text,
        "InternalName": name,
        "LegalCopyright": "MIT licence",
        "OriginalFilename": f"{name}.exe",
        "ProductName": "Tagwatch",
        "ProductVersion": text,
    }
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            StringFileInfo([StringTable("040904B0", [StringStruct(key, value) for key, value in words.items()])]),
            VarFileInfo([VarStruct("Translation", [0x0409, 0x04B0])]),
        ],
    )
