"""What a Galaxy's database is asked: constants, SELECT alone, with their values as parameters.

The tables are AVEVA's own and documented nowhere by it; what is used of them here, and which public sources tell it,
stands in docs/windows.md. An object is there for clients once it is deployed: ``deployed_package_id`` is not 0. Its
attributes stand in the packages that its deployed package derives from, the nearest first; those that every object of
its kind has stand in the definitions of its primitives.
"""

from __future__ import annotations

#: Of namespace 1: objects, not graphics. Packages derive from each other a few steps deep at the most.
_DEPLOYED = "g.is_template = 0 AND g.namespace_id = 1 AND g.deployed_package_id <> 0"
_AREA = 13  # the category of areas

#: The deployed object of this name: gobject_id, tag_name. Parameter: tag.
OBJECT = f"""
SELECT TOP (1) g.gobject_id, g.tag_name FROM dbo.gobject g
WHERE g.tag_name = CAST(%(tag)s AS nvarchar(400)) AND {_DEPLOYED}
"""

#: Objects below one (0 = the Galaxy), areas first: tag_name, contained_name, place, template. Parameters: parent, the
#: place and name after which to go on, most.
CHILDREN = f"""
SELECT TOP (%(most)s) o.tag_name, o.contained_name, o.place, o.template
FROM (
  SELECT g.tag_name, g.contained_name, t.tag_name AS template,
    CASE WHEN d.category_id = {_AREA} THEN 0 ELSE 1 END AS place
  FROM dbo.gobject g
  JOIN dbo.template_definition d ON d.template_definition_id = g.template_definition_id
  LEFT JOIN dbo.gobject t ON t.gobject_id = g.derived_from_gobject_id
  WHERE {_DEPLOYED}
    AND ((g.contained_by_gobject_id = 0 AND g.area_gobject_id = %(parent)s)
      OR (g.contained_by_gobject_id = %(parent)s AND %(parent)s <> 0))
) o
WHERE o.place > %(place)s OR (o.place = %(place)s AND o.tag_name > CAST(%(after)s AS nvarchar(400)))
ORDER BY o.place, o.tag_name
"""


def _attributes(objects: str, builtin: bool) -> str:
    """The common part: ``nearest`` has each attribute of the objects once (turn = 1), ``texts`` what it is described
    by."""
    definitions = f"""
  UNION ALL
  SELECT g.gobject_id,
    CASE WHEN i.primitive_name IS NULL OR i.primitive_name = '' THEN d.attribute_name
      ELSE CONCAT(i.primitive_name, '.', d.attribute_name) END,
    d.mx_data_type, d.is_array, d.security_classification, -1, CAST(d.mx_value AS varchar(4000)), 1000
  FROM dbo.gobject g
  JOIN dbo.primitive_instance i ON i.gobject_id = g.gobject_id AND i.package_id = g.deployed_package_id
  JOIN dbo.attribute_definition d ON d.primitive_definition_id = i.primitive_definition_id
  WHERE {objects}"""
    return f"""
WITH chain (gobject_id, package_id, depth) AS (
  SELECT g.gobject_id, g.deployed_package_id, 0 FROM dbo.gobject g WHERE {objects}
  UNION ALL
  SELECT c.gobject_id, p.derived_from_package_id, c.depth + 1
  FROM chain c JOIN dbo.package p ON p.package_id = c.package_id
  WHERE p.derived_from_package_id <> 0 AND c.depth < 32
), found (gobject_id, name, data_type, is_array, security, category, value, depth) AS (
  SELECT c.gobject_id, a.attribute_name, a.mx_data_type, a.is_array, a.security_classification,
    a.mx_attribute_category, CAST(a.mx_value AS varchar(4000)), c.depth
  FROM chain c JOIN dbo.dynamic_attribute a ON a.package_id = c.package_id{definitions if builtin else ""}
), nearest AS (
  SELECT f.gobject_id, f.name, f.data_type, f.is_array, f.security, f.category,
    ROW_NUMBER() OVER (PARTITION BY f.gobject_id, f.name ORDER BY f.depth) AS turn
  FROM found f
), texts AS (
  SELECT f.gobject_id, f.name, f.value,
    ROW_NUMBER() OVER (PARTITION BY f.gobject_id, f.name ORDER BY f.depth) AS turn
  FROM found f
  WHERE f.value IS NOT NULL AND (f.name LIKE '%%.Description' OR f.name LIKE '%%.EngUnits')
)"""


_COLUMNS = "a.name, a.data_type, a.is_array, a.security, a.category, d.value AS described, u.value AS unit"
_TEXTS = """
LEFT JOIN texts d ON d.turn = 1 AND d.gobject_id = a.gobject_id AND d.name = CONCAT(a.name, '.Description')
LEFT JOIN texts u ON u.turn = 1 AND u.gobject_id = a.gobject_id AND u.name = CONCAT(a.name, '.EngUnits')"""


def _wanted(builtin: bool) -> str:
    """Not those of the configuration alone (categories 0 and 1), nor internal ones; what only describes another
    attribute is told with that one."""
    told = "" if builtin else " AND a.name NOT LIKE '%%.Description' AND a.name NOT LIKE '%%.EngUnits'"
    return rf"a.turn = 1 AND a.category NOT IN (0, 1) AND a.name NOT LIKE '\_%%' ESCAPE '\'{told}"


def attributes(builtin: bool) -> str:
    """Of one object, by name. Parameters: object, after, most. Columns as :data:`ATTRIBUTE_COLUMNS` has them."""
    return f"""{_attributes("g.gobject_id = %(object)s", builtin)}
SELECT TOP (%(most)s) {_COLUMNS}
FROM nearest a{_TEXTS}
WHERE {_wanted(builtin)} AND a.name > CAST(%(after)s AS nvarchar(400))
ORDER BY a.name
"""


def attribute(builtin: bool) -> str:
    """One of an object, whatever it is for. Parameters: object, name."""
    return f"""{_attributes("g.gobject_id = %(object)s", builtin)}
SELECT TOP (1) {_COLUMNS}
FROM nearest a{_TEXTS}
WHERE a.turn = 1 AND a.name = CAST(%(name)s AS nvarchar(400))
"""


#: So many words may a search have, each a parameter of its own.
SEARCH_WORDS = 4


def search(builtin: bool) -> str:
    """Attributes of all deployed objects whose tag, or place in the tree, has every word, by object and name. Columns:
    the object's tag_name, then those of :func:`attributes`. Parameters: word1 … word4 as patterns for LIKE, the tag
    and name after which to go on, most."""
    words = " AND ".join(
        rf"CONCAT(g.tag_name, '.', a.name, ' ', g.hierarchical_name) LIKE %(word{number})s ESCAPE '\'"
        for number in range(1, SEARCH_WORDS + 1)
    )
    return f"""{_attributes(_DEPLOYED, builtin)}
SELECT TOP (%(most)s) g.tag_name, {_COLUMNS}
FROM nearest a JOIN dbo.gobject g ON g.gobject_id = a.gobject_id{_TEXTS}
WHERE {_wanted(builtin)} AND {words}
  AND (g.tag_name > CAST(%(tag)s AS nvarchar(400))
    OR (g.tag_name = CAST(%(tag)s AS nvarchar(400)) AND a.name > CAST(%(after)s AS nvarchar(400))))
ORDER BY g.tag_name, a.name
"""


# ---- for the report of `tagwatch doctor`: counts and the names of columns, no names of the plant

VERSION = (
    "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), CAST(SERVERPROPERTY('Edition') AS nvarchar(128))"
)
COUNTS = f"""
SELECT d.category_id, COUNT(*), SUM(CASE WHEN {_DEPLOYED} THEN 1 ELSE 0 END)
FROM dbo.gobject g JOIN dbo.template_definition d ON d.template_definition_id = g.template_definition_id
WHERE g.is_template = 0 AND g.namespace_id = 1 GROUP BY d.category_id ORDER BY d.category_id
"""
NEWEST = f"SELECT TOP (1) g.gobject_id FROM dbo.gobject g WHERE {_DEPLOYED} ORDER BY g.gobject_id DESC"
KINDS = """
SELECT a.mx_attribute_category, a.mx_data_type, a.is_array, COUNT(*) FROM dbo.dynamic_attribute a
GROUP BY a.mx_attribute_category, a.mx_data_type, a.is_array
ORDER BY a.mx_attribute_category, a.mx_data_type, a.is_array
"""
SCHEMA = """
SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS c
WHERE c.TABLE_SCHEMA = 'dbo' AND c.TABLE_NAME IN ('gobject', 'template_definition', 'package', 'dynamic_attribute',
  'primitive_instance', 'primitive_definition', 'attribute_definition')
ORDER BY c.TABLE_NAME, c.COLUMN_NAME
"""
