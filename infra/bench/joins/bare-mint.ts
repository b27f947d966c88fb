// The limit of minting: Hono, a random token, and one INSERT of its digest.
import { createHash, randomBytes } from "node:crypto";
import process from "node:process";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import postgres from "postgres";

const sql = postgres(process.env.DATABASE_URL ?? "", { max: 10, onnotice: () => {} });
const app = new Hono();
app.post("/calls/:callId/tokens", async (context) => {
  const token = `ct_${randomBytes(32).toString("base64url")}`;
  const hash = createHash("sha256").update(token).digest();
  await sql`insert into tokens (hash, call_id, expires_at)
    values (${hash}, ${context.req.param("callId")}, now() + interval '10 minutes')`;
  return context.json({ callToken: token });
});
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => console.log(`listening at port ${port}`));
