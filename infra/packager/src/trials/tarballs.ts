import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packSdks } from "../../../commands/pack-sdks.mjs";

/** The SDKs as npm packs them. */
export interface Tarballs extends AsyncDisposable {
  readonly client: string;
  readonly server: string;
}

export async function packTarballs(): Promise<Tarballs> {
  const folder = await mkdtempDisposable(join(tmpdir(), "radist-tarballs-"));
  const [client = "", server = ""] = await packSdks(folder.path);
  return { client, server, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}
