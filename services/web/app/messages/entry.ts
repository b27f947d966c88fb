/** One entry of the conversation. `own`: written or sent by the user of this page. */
export type Entry = TextEntry | FileEntry;

interface Base {
  readonly id: string;
  readonly own: boolean;
  readonly at: Date;
  /** From whom and to whom, where it is not simply "You" or the other person. */
  readonly who?: string;
}

export interface TextEntry extends Base {
  readonly kind: "text";
  readonly text: string;
  readonly failed: boolean;
}

/** moving → done | failed (the connection broke) | cancelled (by its sender) | refused (by its receiver). */
export type FileState = "moving" | "done" | "failed" | "cancelled" | "refused";

export interface FileEntry extends Base {
  readonly kind: "file";
  readonly name: string;
  readonly size: number;
  /** How much the receiver has. */
  readonly bytes: number;
  readonly state: FileState;
  /** A received file, to be downloaded from memory. */
  readonly url?: string;
}

let count = 0;

/** Unique within this page. (`crypto.randomUUID` is missing on insecure pages, where messages work nevertheless.) */
export function newEntryId(): string {
  count++;
  return `entry-${count}`;
}

/** A size for people: `3.4 MB`. */
export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
