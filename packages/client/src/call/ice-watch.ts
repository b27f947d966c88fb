/** A path that is merely `disconnected` often recovers by itself within a few seconds. */
const RECOVERY_MS = 3_000;

/** A session without a path to check by then has lost candidates. */
const START_MS = 5_000;

/**
 * Calls `pathLost` when the path between the peers broke (ICE failed, or did not recover in time), and `broken` when an
 * ICE restart cannot help (DTLS failed).
 *
 * @returns stops watching
 */
export function watchIce(peer: RTCPeerConnection, handlers: { pathLost(): void; broken(): void }): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => handlers.pathLost(), START_MS);
  const stop = new AbortController();
  const onIce = () => {
    clearTimeout(timer);
    if (peer.iceConnectionState === "failed") handlers.pathLost();
    if (peer.iceConnectionState === "disconnected") timer = setTimeout(() => handlers.pathLost(), RECOVERY_MS);
  };
  const onConnection = () => {
    if (peer.connectionState === "failed" && dtlsFailed(peer)) handlers.broken();
  };
  peer.addEventListener("iceconnectionstatechange", onIce, { signal: stop.signal });
  peer.addEventListener("connectionstatechange", onConnection, { signal: stop.signal });
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

/** A failed DTLS transport never recovers (W3C webrtc-pc, RTCDtlsTransportState). */
function dtlsFailed(peer: RTCPeerConnection): boolean {
  const transports = [peer.sctp?.transport, ...peer.getSenders().map(({ transport }) => transport)];
  return transports.some((transport) => transport?.state === "failed");
}
