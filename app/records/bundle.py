"""A support bundle: what somebody who helps has to know, as a zip, without secrets and without values of tags."""

from __future__ import annotations

import dataclasses
import enum
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from app.files import replace

HIDDEN = "•••"
_LOGIN = re.compile(r"://[^/@\s\"]+@")
#: Shorter texts stand in too many words to be taken out of them.
_LEAST = 3


def plain(what: object) -> Any:
    """Frozen records, mappings and sequences as what JSON knows; what is something else by its words."""
    if dataclasses.is_dataclass(what) and not isinstance(what, type):
        return {entry.name: plain(getattr(what, entry.name)) for entry in dataclasses.fields(what) if entry.repr}
    if isinstance(what, enum.Enum):
        return what.value if isinstance(what, str) else what.name.lower()
    if what is None or isinstance(what, bool | int | str):
        return what
    if isinstance(what, float):
        return what if math.isfinite(what) else str(what)
    if isinstance(what, Mapping):
        return {str(key): plain(value) for key, value in cast("Mapping[object, object]", what).items()}
    if isinstance(what, list | tuple | set | frozenset):
        return [plain(entry) for entry in cast("Iterable[object]", what)]
    return str(what)


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """Without any of these, the longest first, and without logins in addresses."""
    text = _LOGIN.sub(f"://{HIDDEN}@", text)
    for secret in sorted({secret for secret in secrets if len(secret) >= _LEAST}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def write_bundle(path: Path, files: Mapping[str, object], secrets: Iterable[str]) -> None:
    """One file each: text as it is, anything else as JSON; all of them scrubbed. The file is there whole or not at all;
    OSError where it cannot be written."""
    known = list(secrets)
    # As they stand in the text, and as JSON has them.
    known += [json.dumps(secret, ensure_ascii=False)[1:-1] for secret in known]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, what in files.items():
            text = what if isinstance(what, str) else json.dumps(plain(what), indent=1, ensure_ascii=False)
            bundle.writestr(name, scrubbed(text, known))
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_bytes(content.getvalue())
        replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
