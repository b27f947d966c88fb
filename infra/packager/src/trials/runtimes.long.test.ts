import { join } from "node:path";
import { startProcess } from "@radist-tech/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyFolder } from "./empty-folder.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { packTarballs, type Tarballs } from "./tarballs.ts";

let tarballs: Tarballs;
let platform: Platform;
beforeAll(async () => {
  tarballs = await packTarballs();
  platform = await startPlatform();
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await tarballs?.[Symbol.asyncDispose]();
});

const settings = () => ({
  RADIST_KEY: platform.secretKey,
  RADIST_PROJECT_ID: platform.projectId,
  RADIST_API_BASE_URL: platform.apiBaseUrl,
});

/** What a backend does, in any runtime: prints the ids of a call and a room, and the code of a failure. */
const USE = `
  const { callId, callTokens } = await radist.createP2PConnection();
  const { connectionToken } = await radist.mintConnectionToken({ roomId: (await radist.createRoom()).roomId });
  await radist.endCall(callId);
  const code = await radist.endCall("no-such-call").catch((error) => error instanceof RadistServerError && error.code);
  const { value } = await radist.events()[Symbol.asyncIterator]().next();
  return [callTokens.length, connectionToken.slice(0, 3), code, value.type].join(" ");
`;

const USED = "2 ct_ call_not_found project.created";

const MODULE = `
import { RadistServerClient, RadistServerError } from "@radist-tech/server";
const radist = new RadistServerClient();
const use = async () => {${USE}};
console.log(await use());
`;

test("Express in CommonJS, on Node 20", async () => {
  await using project = await emptyFolder({}, "express@5", "node@20", tarballs.server);
  await project.write(
    "server.js",
    `
    const express = require("express");
    const { RadistServerClient, RadistServerError } = require("@radist-tech/server");
    const radist = new RadistServerClient();
    const app = express();
    app.get("/use", async (request, response) => response.json(await (async () => {${USE}})()));
    const server = app.listen(0, "127.0.0.1", () => {
      console.log(process.version, "at http://127.0.0.1:" + server.address().port + "/");
    });
    `,
  );
  await using server = await startProcess({
    command: join(project.path, "node_modules/.bin/node"),
    args: ["server.js"],
    cwd: project.path,
    env: settings(),
    readyLine: /at http:\/\/\S+\//,
  });
  const [, version, url] = /(v\d+)\S* at (\S+)/.exec(server.output) ?? [];
  expect(version).toBe("v20");
  expect(await (await fetch(`${url}use`)).json()).toBe(USED);
});

test.each([
  ["Bun", "bun", "1.4.5", ["run", "use.mjs"]],
  ["Deno", "deno", "2.9.6", ["run", "--allow-env", "--allow-net", "use.mjs"]],
] as const)("%s", async (_name, program, version, args) => {
  await using project = await emptyFolder({ type: "module" }, `${program}@${version}`, tarballs.server);
  await project.write("use.mjs", MODULE);
  await using used = await startProcess({
    command: join(project.path, "node_modules/.bin", program),
    args: [...args],
    cwd: project.path,
    env: settings(),
  });
  expect([await used.exited, used.output.trim()]).toEqual([0, USED]);
});

test("a Cloudflare Worker, in workerd", async () => {
  await using project = await emptyFolder({ type: "module" }, "miniflare@4", tarballs.server);
  await project.write(
    "worker.mjs",
    `
    import { RadistServerClient, RadistServerError } from "./radist.mjs";
    export default {
      async fetch(request, env) {
        const { RADIST_KEY, RADIST_PROJECT_ID, RADIST_API_BASE_URL } = env;
        const options = { projectId: RADIST_PROJECT_ID, apiBaseUrl: RADIST_API_BASE_URL };
        const radist = new RadistServerClient(RADIST_KEY, options);
        const use = async () => {${USE}};
        return new Response(typeof process + " " + (await use()));
      },
    };
    `,
  );
  await project.write(
    "use.mjs",
    `
    import { readFileSync } from "node:fs";
    import { Miniflare } from "miniflare";
    const bindings = JSON.parse(process.argv[2]);
    const sdk = readFileSync("node_modules/@radist-tech/server/dist/index.js", "utf8");
    const worker = new Miniflare({
      compatibilityDate: "2026-01-01",
      bindings,
      modules: [
        { type: "ESModule", path: "worker.mjs" },
        { type: "ESModule", path: "radist.mjs", contents: sdk },
      ],
    });
    console.log(await (await worker.dispatchFetch("http://localhost/")).text());
    await worker.dispose();
    `,
  );
  const output = await project.run("node", "use.mjs", JSON.stringify(settings()));
  expect(output.trim()).toBe(`undefined ${USED}`);
});
