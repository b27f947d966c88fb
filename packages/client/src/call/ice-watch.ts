/** A path that is merely `disconnected` often comes back by itself within a few seconds. */
const PATIENCE_MS = 3_000;

/** A session that knows no path to try by then has lost candidates on the way. */
const START_MS = 5_000;

/**
 * Calls `troubled` when the path between the peers broke: ICE failed, or did not recover in time, and `broken` when
 * the session is beyond an ICE restart (DTLS failed).
 *
 * @returns stops watching
 */
export function watchIce(peer: RTCPeerConnection, signs: { troubled(): void; broken(): void }): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(() => signs.troubled(), START_MS);
  const stop = new AbortController();
  const onIce = () => {
    clearTimeout(timer);
    if (peer.iceConnectionState === "failed") signs.troubled();
    if (peer.iceConnectionState === "disconnected") timer = setTimeout(() => signs.troubled(), PATIENCE_MS);
  };
  const onConnection = () => {
    if (peer.connectionState === "failed" && dtlsFailed(peer)) signs.broken();
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
