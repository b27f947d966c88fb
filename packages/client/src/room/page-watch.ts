import { type NetworkHandlers, watchNetwork } from "../core/network-watch.ts";

/** Watches the network, and the end of the page: without it, a closed page would keep its seat for half a minute. */
export function watchPage(handlers: NetworkHandlers & { gone(): void }): () => void {
  const stopWatching = watchNetwork(handlers);
  const onHide = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) handlers.gone();
  };
  addEventListener("pagehide", onHide);
  return () => {
    stopWatching();
    removeEventListener("pagehide", onHide);
  };
}
