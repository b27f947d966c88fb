import type { RemoteTrack } from "@radist-tech/client";

// Runs in the browser.

type Stat = Readonly<Record<string, unknown>>;

/**
 * What the media server counts of a track on its way to this page, as mediasoup's `consumer.getStats()` gives it. Asked
 * on the socket of the SDK, which passes over answers to requests that are not its own.
 *
 * @throws the platform's error
 */
export async function serverStats(socket: WebSocket, track: RemoteTrack): Promise<readonly Stat[]> {
  // mediasoup-client names the tracks that it receives after their consumers.
  const consumerId = track.stream.getTracks()[0]?.id;
  const requestId = crypto.randomUUID();
  const answer = new Promise<{ readonly stats?: readonly Stat[] }>((resolve) => {
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      const message = JSON.parse(data);
      if (message.requestId === requestId) resolve(message);
    });
  });
  socket.send(JSON.stringify({ type: "get-stats", requestId, consumerId }));
  const { stats } = await answer;
  if (!stats) throw new Error(JSON.stringify(await answer));
  return stats;
}
