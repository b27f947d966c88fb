import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { launchBrowser } from "@radist-tech/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyFolder } from "./empty-folder.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { openSite, type Site } from "./site.ts";
import { packTarballs, type Tarballs } from "./tarballs.ts";

/** Nothing inline, nothing evaluated, nothing from elsewhere. */
const STRICT = "default-src 'none'; script-src 'self'; connect-src 'self'; media-src 'self' blob:; base-uri 'none'";

let tarballs: Tarballs;
let platform: Platform;
let browser: Browser;
beforeAll(async () => {
  tarballs = await packTarballs();
  platform = await startPlatform();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await platform?.[Symbol.asyncDispose]();
  await tarballs?.[Symbol.asyncDispose]();
});

/** The page's script: enters a call or a room, shows who is there, and counts the frames that it shows. */
const script = (sdk: string, apiBaseUrl: string) => `
import { RadistClient } from "${sdk}";

const radist = new RadistClient({ publicKey: "${platform.publicKey}", apiBaseUrl: "${apiBaseUrl}" });
const counted = { frames: 0 };

function show(stream) {
  if (stream.getVideoTracks().length === 0) return;
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, muted: true, srcObject: stream });
  document.body.append(video);
  const count = () => {
    counted.frames++;
    video.requestVideoFrameCallback(count);
  };
  video.requestVideoFrameCallback(count);
}

Object.assign(window, {
  counted,
  async enterCall(callToken) {
    const connection = await radist.createConnection({ callToken, channels: ["audio", "video"] });
    connection.on("remotestream", show);
  },
  async enterRoom(roomToken) {
    const room = await radist.createRoomConnection({ roomToken });
    room.on("remotestream", (track) => show(track.stream));
  },
});
`;

const HTML = `<!doctype html><html lang="en"><title>Trial</title><script type="module" src="/page.js"></script></html>`;

/** What the page's script puts there. */
interface TrialWindow {
  readonly counted: { readonly frames: number };
  readonly enterCall: (token: string) => Promise<void>;
  readonly enterRoom: (token: string) => Promise<void>;
}

async function mint(path: "calls" | "rooms"): Promise<readonly string[]> {
  const answer = await fetch(`${platform.apiBaseUrl}/projects/${platform.projectId}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform.secretKey}`, "content-type": "application/json" },
    body: "{}",
  });
  const { callTokens, roomTokens } = (await answer.json()) as Record<string, string[]>;
  return callTokens ?? roomTokens ?? [];
}

/** Two pages of a site see each other in a call, and two in a room; the browser has nothing to object to. */
async function hasCallAndRoom(site: Site): Promise<void> {
  for (const [path, enter] of [
    ["calls", "enterCall"],
    ["rooms", "enterRoom"],
  ] as const) {
    const pages: Page[] = [];
    for (const token of await mint(path)) {
      const page = await (await browser.newContext()).newPage();
      const objections: string[] = [];
      page.on("console", (message) => message.type() === "error" && objections.push(message.text()));
      page.on("pageerror", (error) => objections.push(error.message));
      await page.goto(`${site.url}/index.html`);
      await page.waitForFunction(() => "enterCall" in globalThis).catch(() => expect(objections).toEqual([]));
      await page.evaluate(([how, given]) => (globalThis as unknown as TrialWindow)[how](given), [
        enter,
        token,
      ] as const);
      expect(objections).toEqual([]);
      pages.push(page);
    }
    const frames = (page: Page) => page.evaluate(() => (globalThis as unknown as TrialWindow).counted.frames);
    for (const page of pages) await expect.poll(() => frames(page)).toBeGreaterThan(5);
    for (const page of pages) await page.context().close();
  }
}

test("a page without npm and without a bundler, under a strict policy, by what the platform serves", async () => {
  const files = new Map([
    ["/index.html", HTML],
    ["/page.js", script("/api/v1/client.js", "/api/v1")],
  ]);
  await using site = await openSite(files, STRICT, platform.port);
  await hasCallAndRoom(site);
});

test("such a page with the file from the tarball", async () => {
  await using project = await emptyFolder({}, tarballs.client);
  const dist = join(project.path, "node_modules/@radist-tech/client/dist");
  const names = (await readdir(dist)).filter((name) => name.startsWith("radist-client") && name.endsWith(".js"));
  const texts = names.map(async (name) => [`/${name}`, await readFile(join(dist, name), "utf8")] as const);
  const files = new Map(await Promise.all(texts));
  files.set("/index.html", HTML).set("/page.js", script("./radist-client.js", "/api/v1"));
  await using site = await openSite(files, STRICT, platform.port);
  await hasCallAndRoom(site);
});

test("a Vite app, on an origin of its own", async () => {
  await using project = await emptyFolder({ type: "module" }, "vite@8", tarballs.client);
  await project.write("index.html", HTML);
  await project.write("page.js", script("@radist-tech/client", platform.apiBaseUrl));
  await project.run("vite", "build", "--logLevel", "warn");
  const entries = await readdir(join(project.path, "dist"), { recursive: true, withFileTypes: true });
  const built = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = built.map(async (file) => {
    return [file.slice(join(project.path, "dist").length), await readFile(file, "utf8")] as const;
  });
  const origin = new URL(platform.apiBaseUrl).origin;
  const policy = STRICT.replace("connect-src", `connect-src ${origin} ${origin.replace("http", "ws")}`);
  await using site = await openSite(new Map(await Promise.all(texts)), policy, platform.port);
  await hasCallAndRoom(site);
});
