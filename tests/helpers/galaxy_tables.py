"""The tables of a Galaxy as public sources describe them, with a small plant in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from tests.helpers.tds_server import prepared

_TABLES = """
CREATE TABLE dbo.gobject (gobject_id INTEGER PRIMARY KEY, template_definition_id INT, derived_from_gobject_id INT,
  contained_by_gobject_id INT, area_gobject_id INT, hosted_by_gobject_id INT, deployed_package_id INT,
  checked_in_package_id INT, namespace_id INT, is_template INT, tag_name TEXT COLLATE NOCASE,
  contained_name TEXT COLLATE NOCASE, hierarchical_name TEXT COLLATE NOCASE);
CREATE TABLE dbo.template_definition (template_definition_id INTEGER PRIMARY KEY, category_id INT);
CREATE TABLE dbo.package (package_id INTEGER PRIMARY KEY, gobject_id INT, derived_from_package_id INT);
CREATE TABLE dbo.dynamic_attribute (gobject_id INT, package_id INT, mx_primitive_id INT, mx_attribute_id INT,
  attribute_name TEXT COLLATE NOCASE, mx_data_type INT, is_array INT, mx_attribute_category INT,
  security_classification INT, mx_value TEXT);
CREATE INDEX dbo.of_package ON dynamic_attribute (package_id);
CREATE TABLE dbo.primitive_instance (gobject_id INT, package_id INT, mx_primitive_id INT, primitive_definition_id INT,
  primitive_name TEXT COLLATE NOCASE);
CREATE TABLE dbo.attribute_definition (attribute_definition_id INTEGER PRIMARY KEY, primitive_definition_id INT,
  attribute_name TEXT COLLATE NOCASE, mx_data_type INT, is_array INT, mx_attribute_category INT,
  security_classification INT, mx_value TEXT);
CREATE TABLE INFORMATION_SCHEMA.COLUMNS (TABLE_SCHEMA TEXT, TABLE_NAME TEXT, COLUMN_NAME TEXT, DATA_TYPE TEXT);
"""
AREA, ENGINE, USER_DEFINED = 13, 3, 10


def stored(text: str, data_type: int = 5) -> str:
    """A text as the Galaxy stores it."""
    data = f"{text}\0".encode("utf-16-le")
    return (
        "0x"
        + (bytes((data_type,)) + len(data + b"size").to_bytes(4, "little") + len(data).to_bytes(4, "little") + data)
        .hex()
        .upper()
    )


class Plant:
    """Objects get their numbers in the order in which they are made; each has a package of its own."""

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        for schema in ("dbo", "INFORMATION_SCHEMA"):
            self.database.execute(f"ATTACH ':memory:' AS {schema}")
        self.database.executescript(_TABLES)
        self.insert("template_definition", [(category, category) for category in (AREA, ENGINE, USER_DEFINED)])
        self._count = 0

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            places = ", ".join("?" * len(row))
            self.database.execute(f"INSERT INTO dbo.{table} VALUES ({places})", tuple(row))

    def object(
        self,
        name: str,
        *,
        area: int = 0,
        container: int = 0,
        contained_name: str = "",
        template: int = 0,
        category: int = USER_DEFINED,
        deployed: bool = True,
        is_template: bool = False,
        namespace: int = 1,
        path: str = "",
    ) -> int:
        self._count += 1
        number, package = self._count, 1000 + self._count
        self.insert(
            "gobject",
            [(number, category, template, container, area, 0, package if deployed else 0, package, namespace,
              int(is_template), name, contained_name, path or name)],
        )  # fmt: skip
        self.insert("package", [(package, number, 1000 + template if template else 0)])
        return number

    def attribute(
        self,
        owner: int,
        name: str,
        data_type: int = 3,
        *,
        is_array: bool = False,
        category: int = 10,
        security: int = 1,
        value: str | None = None,
    ) -> None:
        row = (owner, 1000 + owner, 2, 100, name, data_type, int(is_array), category, security, value)
        self.insert("dynamic_attribute", [row])

    def builtin(self, owner: int, definition: int, primitive: str = "") -> None:
        self.insert("primitive_instance", [(owner, 1000 + owner, 1, definition, primitive)])

    def definition(self, definition: int, name: str, data_type: int = 5, security: int = 6) -> None:
        row = (None, definition, name, data_type, 0, 5, security, None)
        self.insert("attribute_definition", [row])

    def done(self) -> sqlite3.Connection:
        for table in ("gobject", "package", "dynamic_attribute"):
            columns = self.database.execute(f"PRAGMA dbo.table_info({table})").fetchall()
            for _, column, kind, *_ in columns:
                self.database.execute(
                    "INSERT INTO INFORMATION_SCHEMA.COLUMNS VALUES ('dbo', ?, ?, ?)", (table, column, kind.lower())
                )
        self.database.commit()
        return prepared(self.database)


def small_plant() -> Plant:
    """Plant (area) has Mixing (area) and Engine; Mixing has Tank101, an instance of $Tank, with the contained Pump_001;
    beside them what is never shown: a template, a graphic, an object that is not deployed."""
    plant = Plant()
    template = plant.object("$Tank", is_template=True, deployed=False)
    area = plant.object("Plant", category=AREA)
    plant.object("Engine", category=ENGINE, area=area)
    mixing = plant.object("Mixing", category=AREA, area=area)
    tank = plant.object("Tank101", area=mixing, template=template)
    pump = plant.object("Pump_001", area=mixing, container=tank, contained_name="Pump", path="Tank101.Pump")
    plant.object("Tank102", area=mixing, template=template, deployed=False)
    plant.object("Symbol", area=mixing, namespace=3)
    plant.attribute(template, "Level", 3)
    plant.attribute(template, "Level.Description", 5, value=stored("of any tank"))
    plant.attribute(template, "Level.EngUnits", 5, value=stored("m³"))
    plant.attribute(template, "Level.HiHi.Limit", 4, security=4)
    plant.attribute(template, "Recipe", 2, is_array=True, security=2)
    plant.attribute(template, "State", 1, category=2, security=6)
    plant.attribute(template, "_Internal", 1)
    plant.attribute(template, "OnlyConfigured", 1, category=1)
    plant.attribute(tank, "Level.Description", 5, value=stored("Füllstand"))
    plant.attribute(tank, "Level.EngUnits", 5, value=None)
    plant.attribute(tank, "100% full_now[x]", 1)
    plant.attribute(tank, "1000 fullXnow", 1)
    plant.attribute(pump, "Speed", 3, value="0x0300000000")
    plant.attribute(pump, "PV", 3)
    plant.definition(7, "ScanState", 1)
    plant.definition(8, "InAlarm", 1)
    plant.builtin(tank, 7)
    plant.builtin(tank, 8, "Level.HiHi")
    return plant
