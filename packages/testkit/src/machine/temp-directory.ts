import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Account } from "./account.ts";
import { keep, release } from "./keeper.ts";

export interface TempDirectory extends AsyncDisposable {
  readonly path: string;
}

/** A directory of its own below the system's temporary one, owned by `account` if given, removed at disposal. */
export async function tempDirectory(name: string, account?: Account): Promise<TempDirectory> {
  const path = await mkdtemp(join(tmpdir(), `radist-${name}-`));
  keep({ directory: path });
  if (account) await chown(path, account.uid, account.gid);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
      release({ directory: path });
    },
  };
}
