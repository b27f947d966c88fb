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

/** Asks for figures as long as the call lasts. Null while there is no path. */
export function watchQuality(stats: () => Promise<Stats | undefined>) {
  const quality = signal<Quality | null>(null);
  const look = async (): Promise<void> => {
    // The session may end between asking and answering: then there is no path either.
    const found = await stats().catch(() => undefined);
    quality.value = found?.route ? { route: found.route, roundTripMs: found.roundTripTimeMs } : null;
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  return { quality, look, stop: () => clearInterval(timer) };
}
