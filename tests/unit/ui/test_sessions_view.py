"""The sessions' pane: what is there is seen, whole or in the tooltip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.sessions.state import SessionState
from app.values import Fault
from tests.unit.ui.test_models import info
from ui import theme as themes
from ui.models.sessions import COLUMNS, SessionsModel
from ui.views.sessions import SessionsView

TOOLTIP = Qt.ItemDataRole.ToolTipRole


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SessionsView]:
    made = SessionsView(SessionsModel(themes.LIGHT))
    qtbot.addWidget(made)
    made.resize(900, 130)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.hide()


def shown(view: SessionsView) -> list[str]:
    return [name for number, name in enumerate(COLUMNS) if not view.header().isSectionHidden(number)]


def test_every_column_is_seen_in_a_wide_pane_and_state_in_the_narrowest(view: SessionsView) -> None:
    view._model.refresh([info()], 10.0, 5 * 10**9)
    assert shown(view) == list(COLUMNS)
    view.resize(300, 130)
    QApplication.processEvents()
    assert shown(view) == ["Session", "State", "Events/s"]
    assert not view.horizontalScrollBar().isVisible()


def test_what_a_narrow_pane_puts_away_is_in_the_tooltip(view: SessionsView) -> None:
    fault = Fault("X", "the server does not answer")
    view._model.refresh([info(state=SessionState.FAULTED, fault=fault, subscribers=2)], 10.0, 5 * 10**9)
    told = view._model.index_of("s").data(TOOLTIP)
    for words in ("Worker: 42", "Subs: 2", "Lease: kept open", "Items: 3", "the server does not answer"):
        assert words in told
    header = view._model.headerData(COLUMNS.index("Subs"), Qt.Orientation.Horizontal, TOOLTIP)
    assert header == "Subscribers"


def test_a_further_session_is_scrolled_to(view: SessionsView) -> None:
    for number, backend in enumerate(("sim", "host", "opcua", "replay", "mxaccess")):
        view._model.refresh([info(f"s{number}", backend=backend)], 10.0 + number, 10**9)
        QApplication.processEvents()
        place = view.visualRect(view._model.index_of(f"s{number}"))
        assert view.viewport().rect().contains(place.center()), backend
        assert view.isFirstColumnSpanned(number, view._model.index(0, 0).parent())
