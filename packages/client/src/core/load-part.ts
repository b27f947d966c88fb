import { RadistError } from "./errors.ts";

/**
 * Loads a part of this package that not every page needs.
 *
 * @throws RadistError `network_error`
 */
export async function loadPart<Part>(what: string, load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch (cause) {
    throw new RadistError("network_error", { message: `The SDK's code for ${what} could not be loaded.`, cause });
  }
}
