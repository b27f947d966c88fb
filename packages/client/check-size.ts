import { gzipSync } from "node:zlib";
import { build } from "vite";

/**
 * What a page may pay, bundled with dependencies, minified, compressed: for calls at once, for rooms when it opens one, for
 * the helpers in devices/ where it uses them, for a diagnosis when it asks for one.
 */
const LIMIT_BYTES = { calls: 17_000, rooms: 55_000, devices: 3_500, diagnosis: 4_500 };

/** Rooms bring it along, and calls must not: it is the larger part by far. */
const MEDIA_STACK = "/mediasoup-client/";

/** What a page without the helpers imports, and what one with all of them does. */
const PAGES = {
  plain: `export { RadistClient, RadistError } from "./src/index.ts";`,
  all: `export * from "./src/index.ts";`,
};

/** There is no such file: its text is one of {@link PAGES}. */
const PAGE_FILE = `${import.meta.dirname}/page.js`;

const plain = await bundle(PAGES.plain);
const all = await bundle(PAGES.all);
const calls = size(plain.atOnce);
check("calls", calls);
check("rooms", size(plain.startingAt("room/open-room.ts")));
check("diagnosis", size(plain.startingAt("call/diagnose-call.ts")));
check("devices", size(all.atOnce) - calls);
if (plain.atOnce.some(hasMediaStack)) fail("Pages with calls alone load mediasoup-client.");
if (!plain.later.some(hasMediaStack))
  fail("No chunk for rooms has mediasoup-client: this check looks for the wrong thing.");

/** The chunks of a page: the entry with whatever it imports before it can run, and those that are loaded later. */
async function bundle(page: string) {
  const result = await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "warn",
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === PAGE_FILE ? id : undefined),
        load: (id) => (id === PAGE_FILE ? page : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      lib: { entry: PAGE_FILE, formats: ["es"], fileName: "page" },
      rolldownOptions: { output: { minify: true } },
    },
  });
  const outputs = [result].flat().flatMap((made) => ("output" in made ? made.output : []));
  const chunks = outputs.flatMap((output) => (output.type === "chunk" ? [output] : []));
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entry = chunks.find((chunk) => chunk.isEntry);
  if (!entry) throw new Error("The bundle has no entry.");
  const withImports = (first: (typeof chunks)[number]) => {
    const all = new Set([first]);
    for (const chunk of all) {
      for (const name of chunk.imports) {
        const imported = byName.get(name);
        if (imported) all.add(imported);
      }
    }
    return all;
  };
  const atOnce = withImports(entry);
  return {
    atOnce: [...atOnce],
    later: chunks.filter((chunk) => !atOnce.has(chunk)),
    /** What is loaded with a module that is imported when it is needed. */
    startingAt(module: string) {
      const first = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module));
      if (!first) throw new Error(`No chunk starts at ${module}.`);
      return [...withImports(first)].filter((chunk) => !atOnce.has(chunk));
    },
  };
}

function size(chunks: readonly { code: string }[]): number {
  return gzipSync(chunks.map(({ code }) => code).join(""), { level: 9 }).byteLength;
}

function check(part: keyof typeof LIMIT_BYTES, bytes: number): void {
  console.log(`${part}: ${bytes} bytes gzip (limit ${LIMIT_BYTES[part]})`);
  if (bytes > LIMIT_BYTES[part]) fail(`${part}: too large.`);
}

function hasMediaStack(chunk: { moduleIds: string[] }): boolean {
  return chunk.moduleIds.some((id) => id.includes(MEDIA_STACK));
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
