import { gzipSync } from "node:zlib";
import { build } from "vite";

/** What a page may pay: for calls at once, for rooms when it opens one. Bundled with dependencies, minified, compressed. */
const LIMIT_BYTES = { calls: 12_000, rooms: 52_000 };

/** Rooms bring it along, and calls must not: it is the larger part by far. */
const MEDIA_STACK = "/mediasoup-client/";

const result = await build({
  configFile: false,
  root: import.meta.dirname,
  logLevel: "warn",
  build: {
    write: false,
    minify: true,
    lib: { entry: "src/index.ts", formats: ["es"] },
    rolldownOptions: { output: { minify: true } },
  },
});
const outputs = [result].flat().flatMap((bundle) => ("output" in bundle ? bundle.output : []));
const chunks = outputs.flatMap((output) => (output.type === "chunk" ? [output] : []));
const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
const entry = chunks.find((chunk) => chunk.isEntry);
if (!entry) throw new Error("The bundle has no entry.");

// What a page with calls loads: the entry, and whatever that imports before it can run.
const calls = new Set([entry]);
for (const chunk of calls) {
  for (const name of chunk.imports) {
    const imported = byName.get(name);
    if (imported) calls.add(imported);
  }
}
const rooms = chunks.filter((chunk) => !calls.has(chunk));

check("calls", [...calls]);
check("rooms", rooms);
if ([...calls].some(hasMediaStack)) fail("Pages with calls alone load mediasoup-client.");
if (!rooms.some(hasMediaStack)) fail("No chunk for rooms has mediasoup-client: this check looks for the wrong thing.");

function check(part: keyof typeof LIMIT_BYTES, of: typeof chunks): void {
  const code = of.map((chunk) => chunk.code).join("");
  const bytes = gzipSync(code, { level: 9 }).byteLength;
  console.log(`${part}: ${code.length} bytes minified, ${bytes} bytes gzip (limit ${LIMIT_BYTES[part]})`);
  if (bytes > LIMIT_BYTES[part]) fail(`${part}: too large.`);
}

function hasMediaStack(chunk: (typeof chunks)[number]): boolean {
  return chunk.moduleIds.some((id) => id.includes(MEDIA_STACK));
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
