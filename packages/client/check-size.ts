import { gzipSync } from "node:zlib";
import { build } from "vite";

/** What a page may pay for calls: the whole package with its dependencies, bundled, minified, compressed. */
const LIMIT_BYTES = 12_000;

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
const code = outputs.flatMap((output) => (output.type === "chunk" ? [output.code] : [])).join("");
if (code === "") throw new Error("The bundle is empty.");
const bytes = gzipSync(code, { level: 9 }).byteLength;
console.log(`@radist-tech/client: ${code.length} bytes minified, ${bytes} bytes gzip (limit ${LIMIT_BYTES})`);
if (bytes > LIMIT_BYTES) process.exitCode = 1;
