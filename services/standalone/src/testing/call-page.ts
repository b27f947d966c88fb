import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { CallStage } from "./call-stage.ts";

declare global {
  interface Window {
    readonly calls: CallStage;
  }
}

/** The part of a page that this needs; Chromium's and Firefox's have it. */
interface ScriptablePage {
  goto(url: string): Promise<unknown>;
  evaluate(script: string): Promise<unknown>;
}

let built: Promise<string> | undefined;

/** The stage and the SDK as one script. */
function bundle(): Promise<string> {
  built ??= build({
    configFile: false,
    root: fileURLToPath(new URL(".", import.meta.url)),
    logLevel: "warn",
    build: {
      write: false,
      minify: false,
      lib: { entry: "call-stage.ts", formats: ["iife"], name: "stage", fileName: "stage" },
    },
  }).then((result) => {
    const outputs = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
    const [code] = outputs.flatMap((output) => (output.type === "chunk" ? [output.code] : []));
    return code ?? "";
  });
  return built;
}

/** Opens a page on the platform's own origin, with `window.calls`. */
export async function openCallPage(page: ScriptablePage, origin: string): Promise<void> {
  await page.goto(`${origin}/web/config`);
  await page.evaluate(`${await bundle()};undefined`);
}
