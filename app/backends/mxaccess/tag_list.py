"""The name space from a file: MXAccess itself cannot be browsed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from app.backends.tree import Tree
from app.commands import BrowseNode, BrowsePage, Property, TagProperties

_COLUMNS = ("tag", "description", "data_type", "unit")
_MOST = 64 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Listed:
    tag: str
    description: str = ""
    data_type: str = ""
    unit: str = ""


class TagList:
    """Objects with their attributes, in the order of the file. A tag in it twice counts once."""

    def __init__(self, tags: list[Listed]) -> None:
        self._tags = {one.tag: one for one in tags}
        self._tree = Tree()
        objects: dict[str, list[Listed]] = {}
        for one in self._tags.values():
            objects.setdefault(one.tag.partition(".")[0], []).append(one)
        for name, members in objects.items():
            self._tree.add("", BrowseNode(f"object:{name}", name, has_children=True))
            for one in members:
                attribute = one.tag[len(name) + 1 :] or name
                node = BrowseNode(one.tag, attribute, False, True, one.description, one.data_type, one.unit)
                self._tree.add(f"object:{name}", node)

    def __len__(self) -> int:
        return len(self._tags)

    async def page(self, node: str, page_token: str, limit: int) -> BrowsePage:
        return self._tree.page(node, page_token, limit)

    async def properties(self, tag: str) -> TagProperties:
        """Nothing for a tag that is not in the list: it may exist all the same."""
        one = self._tags.get(tag)
        if one is None:
            return TagProperties(())
        pairs = (("description", one.description), ("data_type", one.data_type), ("unit", one.unit))
        return TagProperties(tuple(Property(name, value) for name, value in pairs if value))


def read_tags(file: str) -> TagList:
    """A tag a line, or CSV (comma or semicolon) whose first line names its columns: tag, description, data_type, unit.
    Lines that begin with # are notes. ValueError names the file, the line and what is wrong."""
    path = Path(file).expanduser()
    try:
        if path.stat().st_size > _MOST:
            raise ValueError(f"the tag list {path} is larger than {_MOST // 2**20} MiB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"the tag list {path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"the tag list {path} is no UTF-8 text: save it as UTF-8") from error
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and line[0] != "#"]
    columns, delimiter = _heading(lines[0][1]) if lines else ((), "")
    if not columns:
        return TagList([Listed(line.strip()) for _, line in lines])
    tags: list[Listed] = []
    for (number, _), row in zip(
        lines[1:], csv.reader([line for _, line in lines[1:]], delimiter=delimiter), strict=True
    ):
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name in _COLUMNS}
        if not cells.get("tag"):
            raise ValueError(f"the tag list {path}, line {number}: there is no tag in it")
        tags.append(Listed(**cells))
    return TagList(tags)


def _heading(line: str) -> tuple[tuple[str, ...], str]:
    for delimiter in (",", ";", "\t"):
        names = tuple(name.strip().strip('"').lower() for name in line.split(delimiter))
        if "tag" in names:
            return names, delimiter
    return (), ""
