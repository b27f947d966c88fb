import { callLink } from "../router.ts";

/** Copies the link of a call. False where the browser does not let a page write to the clipboard. */
export async function copyLink(callId: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(callLink(callId));
    return true;
  } catch {
    return false;
  }
}

/** Phones have a sheet for this; on other machines a copied link is what people expect. */
export const canShareLink = (): boolean =>
  typeof navigator.share === "function" && matchMedia("(pointer: coarse)").matches;

export async function shareLink(callId: string): Promise<void> {
  try {
    await navigator.share({ title: "Radist", text: "Join my call", url: callLink(callId) });
  } catch (error) {
    // AbortError: the user closed the sheet.
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  }
}
