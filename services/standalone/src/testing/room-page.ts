import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import type { Stage } from "./room-stage.ts";

declare global {
  interface Window {
    readonly stage: Stage;
  }
}

const here = fileURLToPath(new URL(".", import.meta.url));
const PATH = "/room-page";
const ENTRIES = { stage: "room-stage.ts", "frame-worker": "frame-worker.ts" };

let built: Promise<ReadonlyMap<string, string>> | undefined;

/** The SDK and the page around it as a bundler makes them: entries, and the chunks that they load when they need them. */
function bundle(): Promise<ReadonlyMap<string, string>> {
  built ??= build({
    configFile: false,
    root: here,
    logLevel: "warn",
    build: {
      write: false,
      minify: false,
      lib: { entry: ENTRIES, formats: ["es"], fileName: (_format, name) => `${name}.js` },
    },
  }).then((result) => {
    const outputs = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
    return new Map(outputs.flatMap((output) => (output.type === "chunk" ? [[output.fileName, output.code]] : [])));
  });
  return built;
}

const html = `<!doctype html><title>Room</title><script type="module" src="${PATH}/stage.js"></script>`;

/** Opens the page on the platform's own origin. */
export async function openRoomPage(page: Page, origin: string): Promise<void> {
  const scripts = await bundle();
  await page.route(`${origin}${PATH}/*`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(PATH.length + 1);
    await route.fulfill({ contentType: "text/javascript", body: scripts.get(name) ?? "" });
  });
  // A document of the server itself: to one that a test made up Chromium refuses WebSockets to this machine.
  await page.goto(`${origin}/web/config`);
  await page.setContent(html);
  await page.waitForFunction(() => window.stage !== undefined);
}
