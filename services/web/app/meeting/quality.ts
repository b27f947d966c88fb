import { signal } from "@preact/signals";

/** How the path between the two browsers is now. */
export interface Quality {
  readonly route: "direct" | "relayed";
  readonly roundTripMs: number | undefined;
}

interface Stats {
  readonly roundTripTimeMs: number | undefined;
  readonly route: "direct" | "relayed" | undefined;
}

const INTERVAL_MS = 2_000;

/** Reads the statistics every two seconds. `current` is null while there is no path. */
export function watchQuality(stats: () => Promise<Stats | undefined>) {
  const current = signal<Quality | null>(null);
  const update = async (): Promise<void> => {
    // The session may end between asking and answering: then there is no path either.
    const found = await stats().catch(() => undefined);
    current.value = found?.route ? { route: found.route, roundTripMs: found.roundTripTimeMs } : null;
  };
  const timer = setInterval(() => void update(), INTERVAL_MS);
  return { current, update, stop: () => clearInterval(timer) };
}
