/** Signs that the page's network may have changed. */
export interface NetworkHandlers {
  /** The page is visible again, and may have been suspended. */
  visible(): void;
  /** The network is back, or is another one; or the page is, which the browser had kept for going back without its sockets. */
  network(): void;
}

/** `type` exists in mobile browsers only: wifi, cellular, … (Network Information API). */
type NetworkInformation = EventTarget & { readonly type?: string };

/** Watches until the returned function is called. Outside a page there is nothing to watch. */
export function watchNetwork(handlers: NetworkHandlers): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const information = (globalThis.navigator as { connection?: NetworkInformation } | undefined)?.connection;
  let type = information?.type;
  globalThis.addEventListener?.("online", () => handlers.network(), { signal });
  globalThis.addEventListener?.(
    "pageshow",
    ({ persisted }) => {
      if (persisted) handlers.network();
    },
    { signal },
  );
  globalThis.document?.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "visible") handlers.visible();
    },
    { signal },
  );
  information?.addEventListener?.(
    "change",
    () => {
      // The event also reports estimates of speed, which change all the time.
      if (information.type === type) return;
      type = information.type;
      handlers.network();
    },
    { signal },
  );
  return () => stop.abort();
}
