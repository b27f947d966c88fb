/** Copies a link. False where the browser does not let a page write to the clipboard. */
export async function copyLink(link: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(link);
    return true;
  } catch {
    return false;
  }
}

/** Phones have a share sheet; elsewhere people expect to copy a link. */
export const canShareLink = (): boolean =>
  typeof navigator.share === "function" && matchMedia("(pointer: coarse)").matches;

export async function shareLink(link: string, text: string): Promise<void> {
  try {
    await navigator.share({ title: "Radist", text, url: link });
  } catch (error) {
    // AbortError: the user closed the sheet.
    if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  }
}
