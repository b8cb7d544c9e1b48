"""A server's name space: one level at a time, and what is known of a node."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from asyncua import ua

from app.backends.opcua.address import node_id
from app.backends.opcua.connection import Connection, is_good, local
from app.backends.opcua.definitions import Definitions, enumeration
from app.backends.opcua.values import to_value, unwritable
from app.commands import BrowseNode, BrowsePage, Property, TagProperties
from app.values import Value

_NODE_CLASSES = ua.NodeClass.Object | ua.NodeClass.Variable
_PROPERTY_NAMES = ("EURange", "InstrumentRange", "EngineeringUnits")
_ENUMERATION_NAMES = ("EnumStrings", "EnumValues")
_STATE_NAMES = ("FalseState", "TrueState")
#: Continuation points that a client has not used are held by the server: the oldest are given back.
_MAX_PAGES = 20


class NameSpace:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.definitions = Definitions(connection)
        self._pages: dict[str, tuple[list[Any], bytes | None]] = {}
        self._page_count = 0
        self._type_names: dict[ua.NodeId, str] = {}

    # ---- browse

    async def page(self, node: str, page_token: str, limit: int) -> BrowsePage:
        """Objects and variables below ``node`` ("" = Objects), following hierarchical references."""
        if page_token:
            if page_token not in self._pages:
                raise ValueError("this page of the browse is no longer held by the server: browse the folder again")
            references, point = self._pages.pop(page_token)
            if not references and point:
                result = await self._next(point)
                references, point = result.References or [], result.ContinuationPoint
        else:
            result = await self._first(node, limit)
            references, point = result.References or [], result.ContinuationPoint
        token = await self._keep(references[limit:], point)
        return BrowsePage(tuple(await self._nodes(references[:limit])), token)

    async def _first(self, node: str, limit: int) -> Any:
        start = node_id(node) if node else ua.NodeId(ua.ObjectIds.ObjectsFolder)
        (result,) = await self._browse([start], limit)
        if not result.StatusCode.is_good():
            raise ValueError(f"{node} cannot be browsed: {result.StatusCode.name}")
        return result

    async def _browse(self, nodes: Sequence[ua.NodeId], limit: int) -> list[Any]:
        parameters = ua.BrowseParameters()
        parameters.RequestedMaxReferencesPerNode = limit
        for start in nodes:
            entry = ua.BrowseDescription()
            entry.NodeId = start
            entry.BrowseDirection = ua.BrowseDirection.Forward
            entry.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
            entry.IncludeSubtypes = True
            entry.NodeClassMask = _NODE_CLASSES
            entry.ResultMask = ua.BrowseResultMask.All
            parameters.NodesToBrowse.append(entry)
        return await self._connection.session.browse(parameters)

    async def _next(self, point: bytes) -> Any:
        (result,) = await self._browse_next([point], release=False)
        if not result.StatusCode.is_good():
            raise ValueError("this page of the browse is no longer held by the server: browse the folder again")
        return result

    async def _browse_next(self, points: list[bytes], release: bool) -> list[Any]:
        parameters = ua.BrowseNextParameters()
        parameters.ReleaseContinuationPoints = release
        parameters.ContinuationPoints = points
        return await self._connection.session.browse_next(parameters)

    async def _keep(self, references: list[Any], point: bytes | None) -> str:
        """A token for what is left: references beyond the limit (some servers know none), then the server's point."""
        if not references and not point:
            return ""
        self._page_count += 1
        token = str(self._page_count)
        self._pages[token] = references, point
        if len(self._pages) > _MAX_PAGES:
            _, oldest = self._pages.pop(next(iter(self._pages)))
            if oldest:
                await self._browse_next([oldest], release=True)
        return token

    async def _nodes(self, references: Sequence[Any]) -> list[BrowseNode]:
        unique = list({reference.NodeId: reference for reference in references}.values())
        nodes = [local(reference.NodeId) for reference in unique]
        variables = [r.NodeClass == ua.NodeClass.Variable for r in unique]
        parents = await self._have_children(nodes)
        wanted = [
            (node, attribute)
            for node, variable in zip(nodes, variables, strict=True)
            if variable
            for attribute in (ua.AttributeIds.Description, ua.AttributeIds.DataType)
        ]
        read = iter(await self._connection.read(wanted))
        found: list[BrowseNode] = []
        for reference, node, variable, parent in zip(unique, nodes, variables, parents, strict=True):
            description, type_name = "", ""
            if variable:
                description = _text(next(read))
                type_name = await self._type_name(next(read))
            name = (reference.DisplayName.Text or reference.BrowseName.Name) or node.to_string()
            found.append(BrowseNode(node.to_string(), name, parent, variable, description, type_name))
        return found

    async def _have_children(self, nodes: Sequence[ua.NodeId]) -> list[bool]:
        if not nodes:
            return []
        results = await self._browse(nodes, 1)
        if points := [result.ContinuationPoint for result in results if result.ContinuationPoint]:
            await self._browse_next(points, release=True)
        return [bool(result.References) for result in results]

    async def _type_name(self, read: ua.DataValue) -> str:
        kind = read.Value.Value if read.Value is not None else None
        if not isinstance(kind, ua.NodeId):
            return ""
        if kind not in self._type_names:
            (name,) = await self._connection.read([(kind, ua.AttributeIds.BrowseName)])
            browse_name = name.Value.Value if name.Value is not None else None
            self._type_names[kind] = browse_name.Name if browse_name is not None else kind.to_string()
        return self._type_names[kind]

    # ---- properties

    async def properties(self, address: str, nodes: Sequence[ua.NodeId]) -> TagProperties:
        """Of the first of the nodes that the server has."""
        classes = await self._connection.read([(node, ua.AttributeIds.NodeClass) for node in nodes])
        known = [node for node, data in zip(nodes, classes, strict=True) if is_good(data)]
        node = known[0] if known else nodes[0]
        names = ("NodeClass", "DisplayName", "Description", "DataType", "ValueRank", "UserAccessLevel")
        attributes = [ua.AttributeIds[name] for name in names]
        read = await self._connection.read([(node, attribute) for attribute in attributes])
        if read[0].StatusCode is not None and not read[0].StatusCode.is_good():
            raise ValueError(f"{address} is not a node of this server: {read[0].StatusCode.name}")
        values = {
            name: data.Value.Value if data.Value is not None else None for name, data in zip(names, read, strict=True)
        }
        type_name = await self._type_name(read[3])
        found: dict[str, Value] = {
            "data_type": type_name,
            "description": _text(read[2]),
            "display_name": _text(read[1]),
            "access": _access(values["UserAccessLevel"]),
            "value_rank": values["ValueRank"],
            "node_class": "Variable" if values["NodeClass"] == ua.NodeClass.Variable else "Object",
        }
        if isinstance(values["DataType"], ua.NodeId):
            found |= await self._of_type(values["DataType"])
        found |= await self._of_instrument(node)
        if words := _by_number(await self.words(node)):
            found["enumeration"] = words
        return TagProperties(tuple(Property(name, value) for name, value in found.items() if value not in (None, "")))

    async def words(self, node: ua.NodeId) -> dict[int, str]:
        """The texts of an enumeration by number: the node's own, else those of its type."""
        children = await self._connection.properties_of(node, (*_ENUMERATION_NAMES, *_STATE_NAMES))
        read = await self._connection.read([(child, ua.AttributeIds.Value) for child in children.values()])
        properties = dict(zip(children, read, strict=True))
        for name in _ENUMERATION_NAMES:
            if name in properties and (found := enumeration(name, properties[name])):
                return found
        if all(name in properties for name in _STATE_NAMES):
            return {number: _text(properties[name]) for number, name in enumerate(_STATE_NAMES)}
        (data_type,) = await self._connection.read([(node, ua.AttributeIds.DataType)])
        if data_type.Value is None or not isinstance(data_type.Value.Value, ua.NodeId):
            return {}
        return await self.definitions.words(data_type.Value.Value)

    async def _of_type(self, data_type: ua.NodeId) -> dict[str, Value]:
        kind = await self.definitions.built_in(data_type)
        return {"built_in": kind.name, "unwritable": unwritable(kind)}

    async def _of_instrument(self, node: ua.NodeId) -> dict[str, Value]:
        found: dict[str, Value] = {}
        children = await self._connection.properties_of(node, _PROPERTY_NAMES)
        read = await self._connection.read([(child, ua.AttributeIds.Value) for child in children.values()])
        for name, data in zip(children, read, strict=True):
            value = data.Value.Value if data.Value is not None else None
            if value is None:
                continue
            if name in ("EURange", "InstrumentRange"):
                found.setdefault("low", value.Low)
                found.setdefault("high", value.High)
            elif name == "EngineeringUnits":
                found["unit"] = value.DisplayName.Text or ""
        return found


def _text(data: ua.DataValue) -> str:
    value = to_value(data.Value) if data.Value is not None else None
    return value if isinstance(value, str) else ""


def _access(level: object) -> str:
    if not isinstance(level, int):
        return ""
    words = [word for bit, word in ((1, "read"), (2, "write"), (4, "history")) if level & bit]
    if "read" in words and "write" not in words:
        words[0] = "read only"
    return " and ".join(words) or "none"


def _by_number(words: Mapping[int, str]) -> tuple[str, ...]:
    """Texts by number; holes are empty texts. None where most would be holes: huge numbers, or ones below 0."""
    if not words or min(words) < 0 or max(words) >= 10_000:
        return ()
    return tuple([words.get(number, "") for number in range(max(words) + 1)])
