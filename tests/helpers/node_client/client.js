// A client of the gateway API that shares no code with it: made from the .proto files at run time.
// Arguments: address, folder of the .proto files. Environment: KEY. Prints one JSON object.
"use strict";
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const [address, folder] = process.argv.slice(2);
const definition = loader.loadSync("app/pb/gateway.proto", {
  includeDirs: [folder], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true,
});
const api = grpc.loadPackageDefinition(definition).tagwatch.gateway.v1;
const gateway = new api.Gateway(address, grpc.credentials.createInsecure());
const metadata = new grpc.Metadata();
metadata.set("authorization", `Bearer ${process.env.KEY}`);

function call(name, request) {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 30000;
    gateway[name](request, metadata, { deadline }, (error, reply) => (error ? reject(error) : resolve(reply)));
  });
}

function stream(session, wanted, ready) {
  return new Promise((resolve, reject) => {
    const found = { sequences: [], values: [], keys: [], items: {} };
    const events = gateway.StreamEvents({ session_id: session }, metadata);
    events.on("data", (message) => {
      if (message.started) ready(message.started);
      for (const item of (message.items && message.items.items) || []) found.items[item.key] = item.tag;
      for (const batch of message.batches) {
        for (let i = 0; i < batch.count; i++) {
          found.sequences.push(Number(batch.first_sequence) + i);
          found.keys.push(batch.keys.readBigUInt64LE(8 * i).toString());
          found.values.push(batch.reals.length ? batch.reals.readDoubleLE(8 * i) : batch.values[i]);
        }
      }
      if (found.sequences.length >= wanted) {
        events.cancel();
        resolve(found);
      }
    });
    events.on("error", (error) => (error.code === grpc.status.CANCELLED ? resolve(found) : reject(error)));
  });
}

async function main() {
  const told = {};
  told.sources = (await call("ListSources", {})).sources.map((source) => source.name);
  const session = await call("OpenSession", { source: "plant", name: "from node" });
  told.state = session.state;
  const registered = await call("Invoke", { session_id: session.id, register: { client_name: "node" } });
  const server_handle = registered.handle.handle;
  const events = new Promise((resolve, reject) => {
    stream(session.id, 6, async () => {
      const tags = ["Reactor.Conversion"];
      const rows = await call("Invoke", { session_id: session.id, subscribe_bulk: { server_handle, tags } });
      told.item = rows.item_rows.rows[0];
    }).then(resolve, reject);
  });
  told.events = await events;
  const tags = ["Sample.Integer", "Sample.String", "Sample.Double"];
  told.read = (await call("ReadBulk", { session_id: session.id, server_handle, tags })).rows;
  const added = await call("Invoke", { session_id: session.id, subscribe_bulk: { server_handle, tags: ["Sample.Integer"] } });
  const item_handle = added.item_rows.rows[0].item_handle;
  await call("ReadBulk", { session_id: session.id, server_handle, tags: ["Sample.Integer"] });
  const entries = [{ item_handle, value: { integer: "-9007199254740993" } }];
  told.written = (await call("WriteBulk", { session_id: session.id, server_handle, entries, comment: "node" })).rows;
  try {
    await call("GetSession", { session_id: "nobody" });
  } catch (error) {
    told.refused = { code: error.code, details: error.details, rich: error.metadata.get("grpc-status-details-bin").length };
  }
  told.closed = await call("CloseSession", { session_id: session.id });
  process.stdout.write(JSON.stringify(told));
  gateway.close();
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
