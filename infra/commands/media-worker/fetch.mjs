import { Unprepared } from "../ending.mjs";

/**
 * Fetches a file into memory.
 *
 * @param {string} url
 * @param {number} patienceMs how long its host may be silent: to connect, to answer, and between two pieces of its answer
 * @param {AbortSignal} [signal]
 * @throws {Unprepared} with the reason for the failure
 */
export async function fetchWhole(url, patienceMs, signal) {
  signal?.throwIfAborted();
  const given = new AbortController();
  const giveUp = () => given.abort(new Error("it does not answer"));
  const timer = setTimeout(giveUp, patienceMs);
  signal?.addEventListener("abort", giveUp);
  try {
    const response = await fetch(url, { signal: given.signal });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    const pieces = [];
    for await (const piece of response.body) {
      timer.refresh();
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unprepared(`${url} cannot be fetched: ${reasonOf(error)}.`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}

/**
 * @param {unknown} error
 * @returns {string}
 */
export function reasonOf(error) {
  // What fetch throws says "fetch failed" and keeps the reason as its cause.
  const { cause, message } = /** @type {Error} */ (error);
  return cause instanceof Error ? cause.message || String(/** @type {NodeJS.ErrnoException} */ (cause).code) : message;
}
