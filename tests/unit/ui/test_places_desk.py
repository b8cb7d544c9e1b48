"""Tags are shown where they stand in the name space, however deep, from wherever they are seen."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QAction

from app import commands as c
from app.commands import BrowseNode, BrowsePage, Command, Reply
from tests.helpers.engine import until
from tests.helpers.scripted import Scripted, answer
from ui.tagref import TagRef

_FOLDERS = {
    "": BrowsePage((BrowseNode("hall", "Hall", has_children=True), BrowseNode("hall5", "Hall / 5", has_children=True))),
    "hall": BrowsePage(()),
}
_LAST = 1200


def deep(command: Command) -> Reply:
    """Tank.Level stands on the third page of a folder whose name looks like two."""
    match command:
        case c.Browse(node="hall5", page_token=token):
            first = int(token or 0)
            last = min(first + 500, _LAST)
            names = [f"T{number}" for number in range(first, last)]
            nodes = [BrowseNode(name, name, is_tag=True) for name in names]
            if last == _LAST:
                nodes.append(BrowseNode("Tank.Level", "Level", is_tag=True))
            return Reply(payload=BrowsePage(tuple(nodes), "" if last == _LAST else str(last)))
        case c.Browse(node=node):
            return Reply(payload=_FOLDERS[node])
        case _:
            return answer(command)


@pytest.fixture
async def plant(scripted: Scripted) -> Scripted:
    made = scripted.launcher.made

    def script(client: Any) -> None:
        made(client)
        client.answer = deep

    scripted.launcher.made = script
    await scripted.application.start()
    await until(lambda: len(scripted.window.trend.pens()) == 2, "the pens")
    await until(lambda: scripted.application.items_model.space.children, "the name space")
    return scripted


def entry(menu: Any) -> QAction:
    (found,) = [action for action in menu.actions() if action.text() == "Show in the name space"]
    return found


def where(plant: Scripted) -> tuple[str, str]:
    node = plant.application.items_model.node(plant.window.items.currentIndex())
    return node.tag, "" if node.parent is None else node.parent.name


@pytest.mark.clause("N6")
async def test_a_tag_of_a_watch_list_is_shown_with_its_folders_opened(plant: Scripted) -> None:
    (shown,) = plant.application.watch.pane.lists()
    shown.table.select([row for row in shown.model.rows if row.line.ref == TagRef("Simulated plant", "Tank.Level")])
    plant.window.sessions.choose(plant.application.desk.session_named("This computer").id)  # type: ignore[union-attr]
    entry(shown.row_menu()).trigger()
    await until(lambda: where(plant) == ("Tank.Level", "Hall / 5"), "the tag")
    view = plant.window.items
    assert view.isExpanded(view.currentIndex().parent())
    assert view.visualRect(view.currentIndex()).isValid()
    assert plant.application.items_model.session_id == plant.application.desk.session_named("Simulated plant").id  # type: ignore[union-attr]


@pytest.mark.clause("N6")
async def test_what_was_found_leads_to_the_tree(plant: Scripted) -> None:
    pane = plant.window.items_pane
    pane.look_for("T777")
    await until(lambda: pane.model.rowCount() == 1, "the tag")
    pane._enter()
    menu = pane.menu()
    assert menu is not None
    entry(menu).trigger()
    await until(lambda: where(plant) == ("T777", "Hall / 5"), "the tag in the tree")
    assert not pane.searching


@pytest.mark.clause("N6")
async def test_a_tag_that_no_folder_has_is_looked_for_and_that_is_told(plant: Scripted) -> None:
    plant.application.desk.place_wanted.emit(plant.application.items_model.session_id, "Hidden")
    await until(lambda: plant.window.items_pane.searching, "the search")
    assert "Hidden was not found" in plant.window.statusBar().currentMessage()
    plant.application.desk.place_wanted.emit("gone", "Hidden")
    await until(lambda: "session is closed" in plant.window.statusBar().currentMessage(), "the words")
