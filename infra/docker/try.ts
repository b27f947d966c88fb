// Tries the running stack as people would: two Chromium pages meet through the gateway, in a call and in a room, and the
// container that each hangs on is killed.
//
//   docker compose up --build --wait && npm run try:compose
//
// Where the gateway serves a domain, its origin is given: npm run try:compose -- https://calls.example.com. For RADIST_TLS=internal
// NODE_EXTRA_CA_CERTS names the gateway's root certificate.
import process from "node:process";
import { launchBrowser } from "../../packages/testkit/src/browser.ts";
import { check } from "./checks.ts";
import { gatewayOrigin } from "./compose.ts";
import { PageUser } from "./page-user.ts";
import { tryCall } from "./try-call.ts";
import { tryRoom } from "./try-room.ts";

const origin = process.argv[2] ?? (await gatewayOrigin());
await using browser = await launchBrowser();
const people = [await PageUser.sitsDown(browser, "Alice"), await PageUser.sitsDown(browser, "Bob")] as const;

try {
  await check(`${origin}/healthz answers`, async () => (await fetch(`${origin}/healthz`)).ok);
  await tryCall(origin, people);
  await tryRoom(origin, people);
  console.log("Everything works.");
} catch (error) {
  for (const person of people) console.error(`\n${person.name} sees:\n${await person.sees()}`);
  console.error(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}
