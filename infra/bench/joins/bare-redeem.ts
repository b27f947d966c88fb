// The limit of a join: `ws`, a token that one statement redeems, and an answer.
import { createHash } from "node:crypto";
import type { AddressInfo } from "node:net";
import process from "node:process";
import postgres from "postgres";
import { WebSocketServer } from "ws";

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 10, onnotice: () => {} });
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false, clientTracking: false });
server.on("listening", () => console.log(`listening at port ${(server.address() as AddressInfo).port}`));
server.on("connection", (socket, request) => {
  const token = new URL(request.url ?? "/", "ws://bare").searchParams.get("callToken") ?? "";
  const hash = createHash("sha256").update(token).digest();
  socket.on("error", () => socket.terminate());
  sql`update tokens set used_at = now() where hash = ${hash} and used_at is null and expires_at > now()
      returning call_id`.then(
    ([row]) =>
      row ? socket.send(JSON.stringify({ type: "call_joined", callId: row.call_id as string })) : socket.close(4401),
    () => socket.close(1011),
  );
});
