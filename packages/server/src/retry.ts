/** Pauses between attempts. */
export const PAUSES = { firstMs: 250, longestMs: 5_000 };

/** A server that asks for more patience than this is not waited for: the caller is told instead. */
export const LONGEST_RETRY_AFTER_MS = 30_000;

/** Reads a `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. Undefined when absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
