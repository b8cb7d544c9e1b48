"""An OPC UA server with a rich address space, as a process: ``python -m tests.helpers.opcua_server PORT DIR``.

Prints ``ready`` when it serves; a line on standard input, or its end, stops it in good order. DIR gets the server's
certificate and key.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import math
import pathlib
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

USERS = {"operator": "secret-for-tests"}

#: name -> (variant type, first value, value to write)
TYPES: dict[str, tuple[str, Any, Any]] = {
    "Boolean": ("Boolean", False, True),
    "SByte": ("SByte", -5, -128),
    "Byte": ("Byte", 5, 255),
    "Int16": ("Int16", -300, 32767),
    "UInt16": ("UInt16", 300, 65535),
    "Int32": ("Int32", -70_000, -(2**31)),
    "UInt32": ("UInt32", 70_000, 2**32 - 1),
    "Int64": ("Int64", -(2**40), -(2**63)),
    "UInt64": ("UInt64", 2**40, 2**64 - 1),
    "Float": ("Float", 1.5, -2.25),
    "Double": ("Double", 2.5, 1e300),
    "String": ("String", "first", "zweite Zeile\nδ"),
    "DateTime": (
        "DateTime",
        datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC),
        "2021-06-07T08:09:10.123456Z",
    ),
    "Guid": ("Guid", uuid.UUID(int=1), str(uuid.UUID(int=2))),
    "ByteString": ("ByteString", b"\x00\x01", b"\xff\x00"),
    "XmlElement": ("XmlElement", "<a/>", "<b/>"),
    "NodeId": ("NodeId", "i=85", "ns=2;s=Level"),
    "StatusCode": ("StatusCode", 0, 0x80340000),
    "QualifiedName": ("QualifiedName", "2:First", "2:Second"),
    "LocalizedText": ("LocalizedText", "first", "second"),
    "Doubles": ("Double", [1.0, 2.0, 3.0], (4.0, 5.0)),
    "Strings": ("String", ["a", "b"], ("c", "", "δ")),
    "Bytes": ("Byte", [1, 2], (3, 4, 5)),
}


async def serve(port: int, directory: pathlib.Path) -> None:
    from asyncua import Server, ua
    from asyncua.crypto.permission_rules import SimpleRoleRuleset, User, UserRole
    from asyncua.server.user_managers import UserManager
    from cryptography.x509.oid import ExtendedKeyUsageOID

    logging.getLogger("asyncua").setLevel(logging.CRITICAL)

    class Users(UserManager):
        def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:
            if username is None:
                return User(role=UserRole.User)
            known = USERS.get(username) == password
            return User(role=UserRole.User, name=username) if known else None

    server = Server(user_manager=Users())
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/tests/")
    server.set_server_name("Test plant")
    await server.set_application_uri(f"urn:{socket.gethostname()}:testplant")
    server.set_security_policy(
        [
            ua.SecurityPolicyType.NoSecurity,
            ua.SecurityPolicyType.Basic256Sha256_Sign,
            ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
        ],
        permission_ruleset=SimpleRoleRuleset(),
    )
    from asyncua.crypto.cert_gen import setup_self_signed_certificate

    key, certificate = directory / "key.pem", directory / "certificate.der"
    await setup_self_signed_certificate(
        key,
        certificate,
        f"urn:{socket.gethostname()}:testplant",
        socket.gethostname(),
        [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
        {"organizationName": "Tests"},
    )
    await server.load_certificate(str(certificate))
    await server.load_private_key(str(key))
    index = await server.register_namespace("urn:tests")
    assert index == 2
    await _fill(server, index)
    await _fill_history(server, index)
    async with server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        level = server.get_node("ns=2;s=Level")
        step = 0
        asked = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        while not asked.done():
            await asyncio.sleep(0.1)
            step += 1
            await level.write_value(50 + 50 * math.sin(step / 10))


async def _fill(server: Any, index: int) -> None:
    from asyncua import ua

    objects = server.nodes.objects
    plant = await objects.add_object(ua.NodeId("Plant", index), ua.QualifiedName("Plant", index))
    level = await plant.add_variable(ua.NodeId("Level", index), ua.QualifiedName("Level", index), 50.0)
    await level.add_property(
        ua.NodeId("Level.Range", index), ua.QualifiedName("EURange", 0), ua.Range(Low=0.0, High=100.0)
    )
    await level.add_property(
        ua.NodeId("Level.Unit", index),
        ua.QualifiedName("EngineeringUnits", 0),
        ua.EUInformation(DisplayName=ua.LocalizedText("%")),
    )
    read_only = await plant.add_variable(ua.NodeId("ReadOnly", index), ua.QualifiedName("ReadOnly", index), 7)
    assert read_only
    bad = await plant.add_variable(ua.NodeId("Bad", index), ua.QualifiedName("Bad", index), 1.0)
    await bad.write_value(
        ua.DataValue(ua.Variant(1.0, ua.VariantType.Double), ua.StatusCode(ua.StatusCodes.BadSensorFailure))
    )
    types = await plant.add_object(ua.NodeId("Types", index), ua.QualifiedName("Types", index))
    for name, (kind, first, _) in TYPES.items():
        variant_type = ua.VariantType[kind]
        convert = {
            "XmlElement": ua.XmlElement,
            "NodeId": ua.NodeId.from_string,
            "StatusCode": ua.StatusCode,
            "QualifiedName": ua.QualifiedName.from_string,
            "LocalizedText": ua.LocalizedText,
        }.get(kind)
        value = convert(first) if convert else first
        node = await types.add_variable(
            ua.NodeId(f"Types.{name}", index), ua.QualifiedName(name, index), ua.Variant(value, variant_type)
        )
        await node.set_writable()
    await (
        await types.add_variable(ua.NodeId("Writable", index), ua.QualifiedName("Writable", index), 1.0)
    ).set_writable()
    await _fill_own_types(server, index, plant)
    many = await objects.add_object(ua.NodeId("Many", index), ua.QualifiedName("Many", index))
    for number in range(60):
        await many.add_variable(ua.NodeId(f"Many.{number}", index), ua.QualifiedName(f"Tag{number}", index), number)


#: What the server has kept: a sample a second from here on, as many as this.
KEPT_FROM_NS = 1_704_067_200 * 10**9  # 2024-01-01
KEPT = 1_000
#: Samples in one answer at the most: there are points of continuation beyond.
KEPT_AT_ONCE = 400


async def _fill_history(server: Any, index: int) -> None:
    """Kept: doubles, two of one time, a bad one. KeptMixed: other values and an array. Level goes on being kept."""
    from asyncua import ua
    from asyncua.server.history import HistoryDict

    storage = HistoryDict(KEPT_AT_ONCE)
    server.iserver.history_manager.set_storage(storage)
    plant = server.get_node(ua.NodeId("Plant", index))
    start = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)

    async def keep(name: str, values: list[Any], stamps: list[float], bad: int = -1) -> None:
        node = await plant.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), values[-1])
        await server.historize_node_data_change([node], period=None)
        for number, (value, seconds) in enumerate(zip(values, stamps, strict=True)):
            code = ua.StatusCodes.BadSensorFailure if number == bad else ua.StatusCodes.Good
            stamp = start + datetime.timedelta(seconds=seconds)
            data = ua.DataValue(ua.Variant(value), ua.StatusCode(code), SourceTimestamp=stamp, ServerTimestamp=stamp)
            await storage.save_node_value(node.nodeid, data)

    seconds = [float(number) for number in range(KEPT)]
    seconds[501] = seconds[500]
    await keep("Kept", [float(number) for number in range(KEPT)], seconds, bad=700)
    await keep("KeptMixed", [1, "two", True, [1.0, 2.0]], [0, 1, 2, 3])
    await server.historize_node_data_change([server.get_node(ua.NodeId("Level", index))], period=None)


async def _fill_own_types(server: Any, index: int, plant: Any) -> None:
    """Structures and enumerations that the server defines itself."""
    from asyncua import ua
    from asyncua.common.structures104 import new_enum, new_struct, new_struct_field

    async def variable(name: str, value: Any, **more: Any) -> Any:
        node = await plant.add_variable(ua.NodeId(name, index), ua.QualifiedName(name, index), value, **more)
        await node.set_writable()
        return node

    mode = await new_enum(server, index, "Mode", ["Off", "Heating", "Holding"])
    point, _ = await new_struct(
        server,
        index,
        "Point",
        [new_struct_field("X", ua.VariantType.Double), new_struct_field("Note", ua.VariantType.String, optional=True)],
    )
    either, _ = await new_struct(
        server,
        index,
        "Either",
        [new_struct_field("Number", ua.VariantType.Int64), new_struct_field("Text", ua.VariantType.String)],
        is_union=True,
    )
    batch, _ = await new_struct(
        server,
        index,
        "Batch",
        [
            new_struct_field("Name", ua.VariantType.String),
            new_struct_field("Mode", mode),
            new_struct_field("Temperatures", ua.VariantType.Double, array=True),
            new_struct_field("Corner", point),
            new_struct_field("Path", point, array=True),
            new_struct_field("Range", ua.NodeId(ua.ObjectIds.Range)),
            new_struct_field("Choice", either),
        ],
    )
    made = await server.load_data_type_definitions()
    one = made["Batch"](
        Name="B-1",
        Mode=made["Mode"](2),
        Temperatures=[20.5, 21.0],
        Corner=made["Point"](X=1.0),
        Path=[made["Point"](X=2.0, Note='a "b"')],
        Range=ua.Range(Low=0.0, High=1.0),
        Choice=made["Either"](Encoding=2, Value="second"),
    )
    await variable("Batch", one, datatype=batch.nodeid)
    await variable("Batches", [one, one], datatype=batch.nodeid)
    await variable("Mode", ua.Variant(1, ua.VariantType.Int32), datatype=mode.nodeid)
    stated = await variable("Stated", ua.Variant(0, ua.VariantType.UInt32))
    await stated.add_property(
        ua.NodeId("Stated.EnumStrings", index),
        ua.QualifiedName("EnumStrings", 0),
        [ua.LocalizedText(text) for text in ("Shut", "Open")],
    )
    await variable("Tricky[1]", 5.0)
    await plant.add_variable(
        ua.NodeId("Odd", index),
        ua.QualifiedName("Odd", index),
        ua.ExtensionObject(TypeId=ua.NodeId(987_654, index), Body=b"\x01\x02"),
        datatype=ua.NodeId(ua.ObjectIds.Structure),
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """The server as a child; ``start`` again after ``kill`` on the same port, with the same certificate."""

    def __init__(self, directory: pathlib.Path) -> None:
        self.port = free_port()
        self.directory = directory
        self.endpoint = f"opc.tcp://127.0.0.1:{self.port}/tests/"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.helpers.opcua_server", str(self.port), str(self.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line == "ready\n", f"the server did not start: {line!r}"

    def stop(self) -> None:
        """In good order: its clients are told."""
        assert self._process is not None
        self._process.communicate("\n", timeout=30)
        self._process = None

    def freeze(self, frozen: bool) -> None:
        """It stays where it is and does nothing more, or goes on."""
        assert self._process is not None
        process = psutil.Process(self._process.pid)
        process.suspend() if frozen else process.resume()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@contextmanager
def running(directory: pathlib.Path) -> Iterator[ServerProcess]:
    server = ServerProcess(directory)
    server.start()
    try:
        yield server
    finally:
        server.kill()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), pathlib.Path(sys.argv[2])))
