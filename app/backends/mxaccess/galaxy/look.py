"""What ``tagwatch doctor mxaccess`` sees of a Galaxy's database: versions, counts, names of columns, codes of errors.
No name of the plant, of a server or of a user, and no value."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from app.backends.mxaccess.galaxy import statements
from app.backends.mxaccess.galaxy.database import Database
from app.backends.mxaccess.galaxy.place import Access, GalaxyError

#: (what was seen, facts)
Say = Callable[..., None]
_PAGE = 500


def look(access: Access, say: Say) -> str:
    """Ask it all, a step after the other; "" or, in words for whoever runs it, why the first step failed that did. A
    step that fails does not keep the others from being tried, unless nobody is let in."""
    database = Database(access)
    failed = ""
    say(
        "Galaxy",
        encryption=str(access.encryption),
        by_windows=database.by_windows,
        instance=bool(access.place.instance),
    )
    try:
        for name, step in _STEPS.items():
            began = time.monotonic()
            database.limit()
            try:
                facts = step(database, access)
            except GalaxyError as error:
                failed = failed or error.fault.message
                say(f"{name} refused", code=error.code, **error.fault.details)
                if name == "Galaxy version":
                    break
            else:
                say(name, took_ms=round((time.monotonic() - began) * 1000, 1), **facts)
    finally:
        database.close()
    return failed


def _version(database: Database, _: Access) -> dict[str, Any]:
    ((version, edition),) = database.rows(statements.VERSION)
    return {"version": version, "edition": edition}


def _objects(database: Database, _: Access) -> dict[str, Any]:
    """By category: how many instances, and how many of them are deployed."""
    rows = database.rows(statements.COUNTS)
    return {
        "instances": sum(row[1] for row in rows),
        "deployed": sum(row[2] for row in rows),
        "by_category": {str(category): [count, deployed] for category, count, deployed in rows},
    }


def _attributes(database: Database, _: Access) -> dict[str, Any]:
    """How many of each category, data type and kind (array or not) there are."""
    return {"by_category_type_array": [[*row[:2], bool(row[2]), row[3]] for row in database.rows(statements.KINDS)]}


def _columns(database: Database, _: Access) -> dict[str, Any]:
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in database.rows(statements.SCHEMA):
        tables.setdefault(table, {})[column] = kind
    return {"tables": tables}


def _first_level(database: Database, _: Access) -> dict[str, Any]:
    rows = database.rows(statements.CHILDREN, {"parent": 0, "place": 0, "after": "", "most": _PAGE})
    return {"objects": len(rows), "areas": sum(row[2] == 0 for row in rows)}


def _one_object(database: Database, access: Access) -> dict[str, Any]:
    """A page of the attributes of the deployed object that was made last."""
    ((number,),) = database.rows(statements.NEWEST) or [(0,)]
    parameters = {"object": number, "after": "", "most": _PAGE}
    rows = database.rows(statements.attributes(access.builtin), parameters)
    described = sum(row[5] is not None for row in rows)
    return {"attributes": len(rows), "described": described, "with_unit": sum(row[6] is not None for row in rows)}


def _search(database: Database, access: Access) -> dict[str, Any]:
    words = {f"word{number}": "%" for number in range(1, statements.SEARCH_WORDS + 1)}
    rows = database.rows(statements.search(access.builtin), {**words, "tag": "", "after": "", "most": _PAGE})
    return {"attributes": len(rows)}


_STEPS: dict[str, Callable[[Database, Access], dict[str, Any]]] = {
    "Galaxy version": _version,
    "Galaxy columns": _columns,
    "Galaxy objects": _objects,
    "Galaxy attributes": _attributes,
    "Galaxy first level": _first_level,
    "Galaxy object": _one_object,
    "Galaxy search": _search,
}
