import type { Device, DeviceKind } from "./device-list.ts";

/** The user's choices. */
export interface DeviceSettings {
  readonly isMuted: boolean;
  readonly isCameraOff: boolean;
  /** By kind; the browser chooses where there is none. With the label, since browsers change ids when cookies are cleared. */
  readonly selected: Readonly<Partial<Record<DeviceKind, Device>>>;
}

/** Where {@link DeviceSettings} are kept: `localStorage`, `sessionStorage`, or anything with the same methods. */
export type DeviceStorage = Pick<Storage, "getItem" | "setItem">;

const KEY = "radist.devices";
const KINDS: readonly DeviceKind[] = ["microphone", "camera", "speaker"];

/** Reads what was stored, and ignores what it does not recognise. */
export function readSettings(text: string | null): DeviceSettings {
  const stored = recordOf(parse(text));
  const devices = recordOf(stored.selected);
  const selected = KINDS.flatMap((kind) => {
    const { id, label } = recordOf(devices[kind]);
    return typeof id === "string" && typeof label === "string" ? [[kind, { id, label }]] : [];
  });
  return {
    isMuted: stored.isMuted === true,
    isCameraOff: stored.isCameraOff === true,
    selected: Object.fromEntries(selected),
  };
}

/** Which of the connected devices the remembered one is: the one of its id, else of its label. Undefined: none of them. */
export function findRemembered(connected: readonly Device[], remembered: Device): Device | undefined {
  return (
    connected.find(({ id }) => id === remembered.id) ??
    connected.find(({ label }) => label !== "" && label === remembered.label)
  );
}

/** Keeps {@link DeviceSettings} in a storage, where there is one. */
export class DeviceMemory {
  readonly #storage: DeviceStorage | null;

  /** @param storage null: nothing outlives the page; undefined: `localStorage` */
  constructor(storage: DeviceStorage | null | undefined) {
    this.#storage = storage === undefined ? ownStorage() : storage;
  }

  load(): DeviceSettings {
    try {
      return readSettings(this.#storage?.getItem(KEY) ?? null);
    } catch {
      // Reading is forbidden: as on a first visit.
      return readSettings(null);
    }
  }

  save(settings: DeviceSettings): void {
    try {
      this.#storage?.setItem(KEY, JSON.stringify(settings));
    } catch {
      // The storage is full or forbidden: the settings last as long as the page.
    }
  }
}

function ownStorage(): DeviceStorage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    // The user has forbidden it.
    return null;
  }
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
