import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CreatedProject } from "@radist-tech/protocol";
import { z } from "zod";

const Secrets = z.object({ adminToken: z.string().optional(), project: CreatedProject.optional() });
export type Secrets = z.infer<typeof Secrets>;

/** The file is there and cannot be understood; it may hold the only copy of a key. */
export class DamagedSecrets extends Error {
  constructor(path: string, options: ErrorOptions) {
    super(`${path} is damaged. Restore it, or move it away to get a new project and admin token.`, options);
    this.name = "DamagedSecrets";
  }
}

/** What one process keeps for itself beside the database, readable by its user alone. */
export class SecretsFile {
  readonly path: string;

  constructor(dataDirectory: string) {
    makeDirectory(dataDirectory);
    this.path = join(dataDirectory, "secrets.json");
  }

  /** @throws {DamagedSecrets} */
  read(): Secrets {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
      throw error;
    }
    try {
      return Secrets.parse(JSON.parse(text));
    } catch (error) {
      throw new DamagedSecrets(this.path, { cause: error });
    }
  }

  /** Replaces the file as a whole: a crash leaves the earlier or the later one. */
  write(secrets: Secrets): void {
    const next = `${this.path}.next`;
    writeFileSync(next, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(next, this.path);
  }

  /** The admin token of this data directory, made at the first start. */
  adminToken(): string {
    const secrets = this.read();
    if (secrets.adminToken) return secrets.adminToken;
    const adminToken = `rad_admin_${randomBytes(32).toString("base64url")}`;
    this.write({ ...secrets, adminToken });
    return adminToken;
  }
}

/** With the folders above it. Node's own `recursive` never returns where a file system has no folders to make, as /proc. */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
