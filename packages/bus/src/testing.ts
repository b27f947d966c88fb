import { expect, vi } from "vitest";
import type { BusLogger } from "./logger.ts";

const PATIENCE = { timeout: 60_000, interval: 5 };

export const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
export const text = (data: Uint8Array): string => new TextDecoder().decode(data);

/** Waits until `check` passes, however long it takes on a busy machine. */
export const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, PATIENCE);

/** A handler that remembers. */
export function heard() {
  const subjects: string[] = [];
  const texts: string[] = [];
  let read = 0;
  const count = (wanted: number) => eventually(() => expect(texts.length).toBeGreaterThanOrEqual(wanted));
  return {
    subjects,
    texts,
    /** Resolves when that many were heard. */
    count,
    handler: (data: Uint8Array, subject: string): void => {
      subjects.push(subject);
      texts.push(text(data));
    },
    /** Resolves with the next one's subject and text. */
    next: async () => {
      await count(read + 1);
      read += 1;
      return [subjects[read - 1], texts[read - 1]];
    },
  };
}

/** Keeps what it is told, and shows nothing. */
export class RecordingLogger implements BusLogger {
  readonly lines: string[] = [];

  info(fields: object, message: string): void {
    this.#keep("info", fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep("warn", fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep("error", fields, message);
  }

  /** Resolves when some line says `part`. */
  async includes(part: string): Promise<void> {
    await eventually(() => expect(this.lines.join("\n")).toContain(part));
  }

  #keep(level: string, fields: object, message: string): void {
    const error = "err" in fields && fields.err instanceof Error ? fields.err.stack : "";
    this.lines.push(`${level} ${message} ${JSON.stringify(fields)} ${error}`);
  }
}
