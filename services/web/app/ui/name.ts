import { signal } from "@preact/signals";

const KEY = "radist.name";
export const MAX_NAME_LENGTH = 40;

/** How the user is called towards the others; empty when they did not say. */
export const ownName = signal(load());

export function setOwnName(name: string): void {
  // Half of a character that takes two units is no text any more.
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
