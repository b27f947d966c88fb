import { chmodSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";

/** As docker compose reads it: `NAME=value`, with or without quotes. */
const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/;

/** A file of settings, whose other lines and comments stay as they are. */
export class EnvFile {
  #path;
  #lines;

  /** @param {string} path of a file that need not exist */
  constructor(path) {
    this.#path = path;
    this.#lines = linesOf(path);
  }

  /**
   * @param {string} name
   * @returns {string} its value; empty when there is none
   */
  get(name) {
    const line = this.#lines[this.#find(name)] ?? "";
    const value = LINE.exec(line)?.[2] ?? "";
    return (/^(["'])(.*)\1/.exec(value)?.[2] ?? value.replace(/(^|\s+)#.*$/, "")).trim();
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  set(name, value) {
    const line = `${name}=${value}`;
    const at = this.#find(name);
    if (at < 0) this.#lines.push(line);
    else this.#lines[at] = line;
  }

  /** Readable by its owner alone, and never half written. */
  write() {
    const path = resolved(this.#path);
    const unfinished = `${path}.${process.pid}.new`;
    writeFileSync(unfinished, `${this.#lines.join("\n")}\n`, { mode: 0o600 });
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
  }

  /**
   * The line that counts.
   *
   * @param {string} name
   */
  #find(name) {
    return this.#lines.findLastIndex((line) => LINE.exec(line)?.[1] === name);
  }
}

/** @param {string} path */
function linesOf(path) {
  try {
    const text = readFileSync(path, "utf8").replace(/\n+$/, "");
    return text === "" ? [] : text.split(/\r?\n/);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/**
 * Through a link, which stays.
 *
 * @param {string} path
 */
function resolved(path) {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isMissing(error)) return path;
    throw error;
  }
}

/** @param {unknown} error */
const isMissing = (error) => error instanceof Error && "code" in error && error.code === "ENOENT";
