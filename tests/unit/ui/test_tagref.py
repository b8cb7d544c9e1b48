from __future__ import annotations

from PySide6.QtCore import QMimeData

from ui.tagref import MIME, TagRef, from_mime, to_mime


def test_tags_survive_a_drag_and_are_text_elsewhere() -> None:
    refs = [TagRef("Plant", 'a"b:c'), TagRef("Anlage Süd", "x\ty")]
    data = to_mime(refs)
    assert from_mime(data) == refs
    assert data.text().splitlines()[0] == 'a"b:c'


def test_what_others_write_under_our_name_is_no_tag() -> None:
    for bad in (b"", b"{", b"[1]", b'[["a"]]', b"\xff"):
        data = QMimeData()
        data.setData(MIME, bad)
        assert from_mime(data) == []
    assert from_mime(QMimeData()) == []
