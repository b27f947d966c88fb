import { signal } from "@preact/signals";

const KEY = "radist.name";
export const MAX_NAME_LENGTH = 40;

/** The name that others see; empty when the user gave none. */
export const ownName = signal(load());

export function setOwnName(name: string): void {
  // Half of a surrogate pair is not text.
  ownName.value = name.slice(0, MAX_NAME_LENGTH).replace(/[\uD800-\uDBFF]$/, "");
  try {
    localStorage.setItem(KEY, ownName.value);
  } catch {
    // Storage is forbidden: the name lasts as long as the page.
  }
}

function load(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
