import { signal } from "@preact/signals";

const KEY = "radist.name";
export const MAX_NAME_LENGTH = 40;

/** How the user is called towards the other person; empty when they did not say. */
export const ownName = signal(load());

export function setOwnName(name: string): void {
  ownName.value = name.slice(0, MAX_NAME_LENGTH);
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
