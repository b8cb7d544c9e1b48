// An OPC UA server for tests: node server.js PORT DIRECTORY [strict]. Prints "ready" when it serves; a line on standard
// input stops it in good order. Strict: it takes no certificate that it does not know.
const path = require("path");
const {
  OPCUAServer, Variant, VariantArrayType, DataType, OPCUACertificateManager, StatusCodes, nodesets,
} = require("node-opcua");
const aggregates = require("node-opcua-aggregates");

async function main() {
  const [port, directory] = [Number(process.argv[2]), process.argv[3]];
  const certificates = new OPCUACertificateManager({
    automaticallyAcceptUnknownCertificate: process.argv[4] !== "strict",
    rootFolder: path.join(directory, "pki"),
  });
  await certificates.initialize();
  const server = new OPCUAServer({
    port,
    hostname: "127.0.0.1",
    resourcePath: "/tests",
    nodeset_filename: [nodesets.standard, path.join(__dirname, "types.xml")],
    serverCertificateManager: certificates,
    userManager: { isValidUser: (user, password) => user === "operator" && password === "secret-for-tests" },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.getOwnNamespace();
  const plant = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Plant", nodeId: "s=Plant" });
  let step = 0;
  own.addAnalogDataItem({
    componentOf: plant, browseName: "Level", nodeId: "s=Level", dataType: "Double",
    engineeringUnitsRange: { low: 0, high: 100 }, definition: "", valuePrecision: 0.1,
    value: { get: () => new Variant({ dataType: DataType.Double, value: 50 + 50 * Math.sin(step / 10) }) },
    minimumSamplingInterval: 50,
  });
  setInterval(() => { step += 1; }, 100).unref();
  const kept = [
    ["Boolean", DataType.Boolean, false], ["SByte", DataType.SByte, -5], ["Byte", DataType.Byte, 5],
    ["Int16", DataType.Int16, -300], ["UInt16", DataType.UInt16, 300], ["Int32", DataType.Int32, -70000],
    ["UInt32", DataType.UInt32, 70000], ["Float", DataType.Float, 1.5], ["Double", DataType.Double, 2.5],
    ["String", DataType.String, "first"], ["ByteString", DataType.ByteString, Buffer.from([0, 1])],
    ["DateTime", DataType.DateTime, new Date(0)], ["LocalizedText", DataType.LocalizedText, { text: "first" }],
  ];
  for (const [name, dataType, value] of kept) {
    own.addVariable({
      componentOf: plant, browseName: name, nodeId: `s=${name}`, dataType: DataType[dataType],
      value: { dataType, value }, accessLevel: "CurrentRead | CurrentWrite", userAccessLevel: "CurrentRead | CurrentWrite",
    });
  }
  const fixed = own.addVariable({
    componentOf: plant, browseName: "Fixed", nodeId: "s=Fixed", dataType: "Int32",
    value: { dataType: DataType.Int32, value: 7 }, accessLevel: "CurrentRead", userAccessLevel: "CurrentRead",
  });
  const bad = own.addVariable({ componentOf: plant, browseName: "Bad", nodeId: "s=Bad", dataType: "Double" });
  bad.setValueFromSource({ dataType: DataType.Double, value: 1 }, StatusCodes.BadSensorFailure);
  void fixed;
  const types = space.getNamespaceIndex("urn:tests:types");
  const writable = { accessLevel: "CurrentRead | CurrentWrite", userAccessLevel: "CurrentRead | CurrentWrite" };
  const arrays = [["Doubles", DataType.Double, [1, 2, 3]], ["Strings", DataType.String, ["a", "b"]], ["Words", DataType.UInt16, [7]]];
  for (const [name, dataType, value] of arrays) {
    own.addVariable({
      componentOf: plant, browseName: name, nodeId: `s=${name}`, dataType: DataType[dataType], valueRank: 1,
      value: { dataType, arrayType: VariantArrayType.Array, value }, ...writable,
    });
  }
  const mode = space.findDataType("Mode", types);
  own.addVariable({
    componentOf: plant, browseName: "Mode", nodeId: "s=Mode", dataType: mode.nodeId,
    value: { dataType: DataType.Int32, value: 1 }, ...writable,
  });
  const batch = space.constructExtensionObject(space.findDataType("Batch", types), {
    name: "B-1", mode: 2, temperatures: [20.5, 21], corner: { x: 1, y: 2 }, path: [{ x: 3, y: 4 }, { x: 5, y: 6 }],
  });
  own.addVariable({
    componentOf: plant, browseName: "Batch", nodeId: "s=Batch", dataType: "ns=" + types + ";i=3020",
    value: { dataType: DataType.ExtensionObject, value: batch },
  });
  // A ramp of a value a second, kept by the server, which also makes aggregates of it.
  const from = Date.UTC(2024, 0, 1);
  const past = own.addVariable({
    componentOf: plant, browseName: "Kept", nodeId: "s=Kept", dataType: "Double", historizing: true,
    accessLevel: "CurrentRead | HistoryRead", userAccessLevel: "CurrentRead | HistoryRead",
  });
  space.installHistoricalDataNode(past, { maxOnlineValues: 2000 });
  aggregates.addAggregateSupport(space);
  aggregates.installAggregateConfigurationOptions(past, { treatUncertainAsBad: false, useSlopedExtrapolation: false });
  for (let second = 0; second < 1000; second += 1) {
    past.setValueFromSource(
      { dataType: DataType.Double, value: second }, StatusCodes.Good, new Date(from + 1000 * second),
    );
  }
  await server.start();
  process.stdin.once("data", async () => { await server.shutdown(100); process.exit(0); });
  process.stdout.write("ready\n");
}

main().catch((error) => { console.error(error); process.exit(1); });
