/** Signs, in a page, that the way to the network may have changed. */
export interface NetworkSigns {
  /** The page is seen again, and may have slept. */
  visible(): void;
  /** There is a network again, or another one. */
  network(): void;
}

/** `type` exists on mobile browsers only: wifi, cellular, … (Network Information API). */
type NetworkInformation = EventTarget & { readonly type?: string };

/** Watches until the returned function is called. Outside of a page it watches nothing. */
export function watchNetwork(signs: NetworkSigns): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const information = (globalThis.navigator as { connection?: NetworkInformation } | undefined)?.connection;
  let type = information?.type;
  globalThis.addEventListener?.("online", () => signs.network(), { signal });
  globalThis.document?.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") signs.visible();
    },
    { signal },
  );
  information?.addEventListener?.(
    "change",
    () => {
      // The event also tells estimates of speed, which come and go.
      if (information.type === type) return;
      type = information.type;
      signs.network();
    },
    { signal },
  );
  return () => stop.abort();
}
