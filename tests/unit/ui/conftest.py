"""The window's tests need no display."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if (fonts := Path("/usr/share/fonts/truetype/dejavu")).is_dir():
    os.environ.setdefault("QT_QPA_FONTDIR", str(fonts))

from tests.helpers.scripted import scripted

__all__ = ["scripted"]
