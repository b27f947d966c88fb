import { Refusal } from "@radist-tech/protocol";

/**
 * The query parameters of a socket's URL.
 *
 * @throws {Refusal} `invalid_connection_request` when one is given twice: readers on the way may have taken either
 */
export function readQuery(url: string): Partial<Record<string, string>> {
  const { searchParams } = new URL(url, "ws://radist.invalid");
  const query = Object.fromEntries(searchParams);
  if (searchParams.size > Object.keys(query).length) {
    throw new Refusal("invalid_connection_request", "Give each query parameter once.");
  }
  return query;
}
