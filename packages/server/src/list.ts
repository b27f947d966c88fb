import { withQuery } from "./paths.ts";

/** Which part of a list is asked for. */
export interface ListOptions {
  /** Counts from 1, the default; has no meaning together with `cursor`. */
  readonly page?: number | undefined;
  /** At most 100. Default 20. */
  readonly limit?: number | undefined;
  /** The `cursor` of the page before. */
  readonly cursor?: string | undefined;
}

export const listPath = (path: string, { page = 1, limit = 20, cursor }: ListOptions): string =>
  withQuery(path, { ...(cursor === undefined && { page: page.toString() }), limit: limit.toString(), cursor });
