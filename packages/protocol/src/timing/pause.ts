/**
 * Waits; never rejects.
 *
 * @param ms milliseconds
 * @param signal ends the wait early
 * @returns false when `signal` ended it
 */
export function pause(ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (isOver: boolean): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      resolve(isOver);
    };
    const abort = (): void => end(false);
    const timer = setTimeout(() => end(true), ms);
    signal?.addEventListener("abort", abort);
  });
}
