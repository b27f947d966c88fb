import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toolEnvironment } from "../../../commands/paths.mjs";
import { emptyFolder, type Project } from "./empty-folder.ts";
import { packTarballs, type Tarballs } from "./tarballs.ts";

const execute = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL("../../../..", import.meta.url));
const PACKAGER = fileURLToPath(new URL("../..", import.meta.url));

/** Where `moduleResolution` has changed between these, users have both. */
const COMPILERS = ["5.9.3", "7.0.2"];

let tarballs: Tarballs;
beforeAll(async () => {
  tarballs = await packTarballs();
});
afterAll(() => tarballs?.[Symbol.asyncDispose]());

async function contentsOf(tarball: string, folder: string): Promise<[name: string, text: string][]> {
  await mkdir(folder);
  await execute("tar", ["-xzf", tarball, "-C", folder]);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.toSorted().map(async (file) => [file.slice(folder.length), await readFile(file, "utf8")] as [string, string]),
  );
}

describe.each(["client", "server"] as const)("The tarball of the %s", (sdk) => {
  test("is the same, whether npm packs it or pnpm", async () => {
    await using folder = await emptyFolder({});
    await mkdir(join(folder.path, "by-pnpm"));
    await execute("pnpm", ["pack", "--pack-destination", join(folder.path, "by-pnpm")], {
      cwd: join(REPOSITORY, "packages", sdk),
      env: toolEnvironment(),
    });
    const [packed = ""] = await readdir(join(folder.path, "by-pnpm"));
    const byPnpm = await contentsOf(join(folder.path, "by-pnpm", packed), join(folder.path, "pnpm"));
    const byNpm = await contentsOf(tarballs[sdk], join(folder.path, "npm"));
    expect(byNpm.map(([name]) => name)).toContain("/package/dist/index.js");
    expect(byNpm).toEqual(byPnpm);
  });

  test("leaves the repository's package.json as it was", async () => {
    const { exports } = JSON.parse(await readFile(join(REPOSITORY, "packages", sdk, "package.json"), "utf8"));
    expect(exports["."]).toBe("./src/index.ts");
  });

  test("satisfies publint and, in its types, attw", async () => {
    const bin = (name: string) => join(PACKAGER, "node_modules/.bin", name);
    await execute(bin("publint"), ["run", tarballs[sdk], "--strict"], { env: toolEnvironment() });
    const profile = sdk === "client" ? ["--profile", "esm-only", "--exclude-entrypoints", "radist-client.js"] : [];
    await execute(bin("attw"), [tarballs[sdk], ...profile], { env: toolEnvironment() });
  });

  test("installs nothing of ours beside it, and no zod", async () => {
    await using project = await emptyFolder({}, tarballs[sdk]);
    const installed = await project.run("npm", "ls", "--all", "--parseable");
    const names = installed.split("\n").flatMap((line) => line.split("node_modules/").slice(1).slice(-1));
    expect(names.filter((name) => name.startsWith("@radist-tech/"))).toEqual([`@radist-tech/${sdk}`]);
    expect(names).not.toContain("zod");
    if (sdk === "server") expect(names).toHaveLength(1);
  });
});

const SOURCE = `
import { type ConnectionEvents, RadistClient, RadistError } from "@radist-tech/client";
import { type CreatedCall, RadistServerClient } from "@radist-tech/server";

export async function call(): Promise<CreatedCall["callTokens"]> {
  const { callTokens } = await new RadistServerClient("rad_sk_x", { projectId: "p" }).createP2PConnection();
  return callTokens;
}

export async function join(callToken: string): Promise<ConnectionEvents["closed"]["reason"]> {
  const radist = new RadistClient({ publicKey: "rad_pk_x" });
  const connection = await radist.createConnection({ callToken, channels: ["audio"] });
  connection.on("error", (error) => console.log(error instanceof RadistError && error.code === "call_full"));
  // @ts-expect-error: there is no such event
  connection.on("nothing", () => {});
  return new Promise((resolve) => connection.on("closed", ({ reason }) => resolve(reason)));
}
`;

/** What a page imports no CommonJS can, so that part is left out there. */
const SERVER_SOURCE = SOURCE.replace(/^import \{ type ConnectionEvents.*$/m, "").replace(
  /export async function join[\s\S]*$/,
  "",
);

interface Resolution {
  readonly name: string;
  readonly type: "commonjs" | "module";
  readonly options: Readonly<Record<string, string>>;
  /** CommonJS sees the server alone. */
  readonly source: string;
  readonly compilers?: readonly string[];
}

const RESOLUTIONS: readonly Resolution[] = [
  { name: "commonjs", type: "commonjs", options: { module: "commonjs" }, source: SERVER_SOURCE },
  {
    name: "commonjs as it was before exports",
    type: "commonjs",
    options: { module: "commonjs", moduleResolution: "node10" },
    source: SERVER_SOURCE,
    compilers: ["5.9.3"],
  },
  { name: "node16 in CommonJS", type: "commonjs", options: { module: "node16" }, source: SERVER_SOURCE },
  { name: "node16", type: "module", options: { module: "node16" }, source: SOURCE },
  { name: "nodenext in CommonJS", type: "commonjs", options: { module: "nodenext" }, source: SERVER_SOURCE },
  { name: "nodenext", type: "module", options: { module: "nodenext" }, source: SOURCE },
  { name: "bundler", type: "module", options: { module: "esnext", moduleResolution: "bundler" }, source: SOURCE },
];

describe.each(COMPILERS)("TypeScript %s", (version) => {
  let project: Project;
  beforeAll(async () => {
    project = await emptyFolder({}, `typescript@${version}`, "@types/node@20", tarballs.client, tarballs.server);
  });
  afterAll(() => project?.[Symbol.asyncDispose]());

  test.each(RESOLUTIONS.filter(({ compilers = COMPILERS }) => compilers.includes(version)))(
    "compiles with $name, libraries checked",
    async ({ type, options, source }) => {
      const manifest = JSON.parse(await readFile(join(project.path, "package.json"), "utf8")) as object;
      await project.write("package.json", JSON.stringify({ ...manifest, type }));
      const strict = {
        strict: true,
        skipLibCheck: false,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
      };
      const compilerOptions = {
        ...strict,
        target: "es2022",
        lib: ["es2022", "dom"],
        types: ["node"],
        outDir: "out",
        ...options,
      };
      await project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["trial.ts"] }));
      await project.write("trial.ts", source);
      expect(await project.run("tsc", "-p", ".")).toBe("");
      // What was compiled finds the package, too.
      if (source === SERVER_SOURCE) await project.run(process.execPath, "out/trial.js");
    },
  );
});
