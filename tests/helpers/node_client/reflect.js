// A client that knows nothing of Tagwatch but its address: services and messages come from the server's reflection.
// Arguments: address. Environment: KEY. Prints one JSON object.
"use strict";
const grpc = require("@grpc/grpc-js");
const { Client } = require("grpc-reflection-js");

const [address] = process.argv.slice(2);
const credentials = grpc.credentials.createInsecure();

async function main() {
  const reflection = new Client(address, credentials);
  const told = { services: await reflection.listServices() };
  const root = await reflection.fileContainingSymbol("tagwatch.gateway.v1.Gateway");
  const service = root.lookupService("tagwatch.gateway.v1.Gateway");
  told.methods = Object.keys(service.methods);
  const method = service.methods.ListSources;
  const request = root.lookupType(`tagwatch.gateway.v1.${method.requestType.split(".").pop()}`);
  const reply = root.lookupType(`tagwatch.gateway.v1.${method.responseType.split(".").pop()}`);
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${process.env.KEY}`);
  const client = new grpc.Client(address, credentials);
  told.sources = await new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      "/tagwatch.gateway.v1.Gateway/ListSources",
      (message) => Buffer.from(request.encode(message).finish()),
      (bytes) => reply.toObject(reply.decode(bytes)),
      request.create({}), metadata, { deadline: Date.now() + 30000 },
      (error, answer) => (error ? reject(error) : resolve(answer.sources.map((source) => source.name))),
    );
  });
  process.stdout.write(JSON.stringify(told));
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(String(error.stack || error));
  process.exit(1);
});
