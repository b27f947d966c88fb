import { type NetworkSigns, watchNetwork } from "../core/network-watch.ts";

/** The network's signs, and the end of the page: nobody shall wait for half a minute for one that was closed. */
export function watchPage(signs: NetworkSigns & { gone(): void }): () => void {
  const stopWatching = watchNetwork(signs);
  const onHide = ({ persisted }: PageTransitionEvent) => {
    if (!persisted) signs.gone();
  };
  addEventListener("pagehide", onHide);
  return () => {
    stopWatching();
    removeEventListener("pagehide", onHide);
  };
}
