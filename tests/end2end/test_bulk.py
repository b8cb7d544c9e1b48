"""A bulk write in the real window on the simulated plant, its records, and values that are saved and restored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.config import Settings
from app.records import audit_query, values_file
from app.records.audit_query import AuditQuery
from tests.helpers.engine import QUICK, until
from ui.application import Application
from ui.forms.bulk import BulkForm
from ui.tagref import TagRef

PLANT = (("sim", "Simulated plant", ("Sample.Double", "Sample.Integer"), ()),)
TABLE = """Tag\tValue
Sample.Double\t12,25
Sample.Integer\t43
Sample.Boolean\tfalse
Sample.String\tGood evening
Sample.Bytes\t01 02
Reactor.EmergencyCooling\ttrue
Pump101.Trip\ttrue
Tank101.Level\t1
No.Such.Tag\t1
"""


@pytest.fixture
async def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Application]:
    monkeypatch.setenv("TAGWATCH_CONFIG_DIR", str(tmp_path))
    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    made = Application(qt, Settings(**QUICK), PLANT)
    await made.start()
    await until(lambda: made.items_model.session_id, "the plant")
    yield made
    await made.stop()
    made.window.deleteLater()


def _press(form: BulkForm) -> None:
    form._thinking.stop()
    form._enable()
    form._pressed()


async def _written(form: BulkForm) -> None:
    _press(form)
    _press(form)
    await until(lambda: form._run is None and "…" not in form._words.text(), "the end of the run")


@pytest.mark.clause("R6", "R7", "R9", "R10")
async def test_a_bulk_write_goes_out_and_is_recorded(application: Application, tmp_path: Path) -> None:
    form = application.bulk.open()
    form.take_text(TABLE)
    await until(lambda: not form.busy and form.model.rows, "the rows")
    assert form._counts.text() == "will write 7, 2 excluded", [form.model.state_text(row) for row in form.model.rows]
    for (user, password), name in zip(form._people.fields, ("operator", "supervisor"), strict=True):
        user.setText(name)
        password.setText(name)
    await _written(form)
    assert form._words.text() == "7 confirmed.", [form.model.state_text(row) for row in form.model.rows]
    store = application.writing.store
    rows = await store.read(lambda file: audit_query.page(file, AuditQuery()))
    assert [row.intent.tag for row in reversed(rows)] == [row.line.ref.tag for row in form.model.rows[:7]]
    assert {audit_query.result_of(row) for row in rows} == {"confirmed"}
    assert rows[0].intent.verifier == "supervisor"
    assert not (await store.verify()).problem
    assert b"password" not in (tmp_path / "audit.sqlite").read_bytes()
    session = application.runtime.manager.list()[0]
    assert "Tagwatch bulk write" in session.items.servers().values()
    form.close()
    await until(lambda: "Tagwatch bulk write" not in session.items.servers().values(), "the handle given back")


@pytest.mark.clause("R9")
async def test_values_are_saved_and_restored(application: Application, tmp_path: Path) -> None:
    refs = [
        TagRef("Simulated plant", tag) for tag in ("Sample.Double", "Sample.Bytes", "Sample.Strings[]", "No.Such.Tag")
    ]
    kept = await application.bulk.values(refs)
    assert [one.value for one in kept] == [1.5, b"\x00\x01\xfe\xff", ("alpha", "beta", "", "δέλτα")]
    path = tmp_path / "before.tagvalues"
    values_file.save(path, 1, kept)
    form = application.bulk.open()
    form.take_text("Sample.Double\t9\nSample.Bytes\t05\nSample.Strings[]\t" + '"[""x""]"\n')
    await until(lambda: not form.busy and form.model.rows, "the rows")
    await _written(form)
    await application.bulk.load(form, path)
    await until(lambda: not form.busy and form._counts.text() == "will write 3, 0 excluded", "the rows of the file")
    await _written(form)
    assert form._words.text() == "3 confirmed.", [form.model.state_text(row) for row in form.model.rows]
    assert [one.value for one in await application.bulk.values(refs)] == [one.value for one in kept]
