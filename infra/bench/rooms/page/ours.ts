/// <reference lib="dom" />
import { RadistClient, type RadistRoomConnection } from "@radist-tech/client";
import { camera, freshSeat, newVideo } from "./page-user.ts";
import { Stopwatch } from "./stopwatch.ts";

// As a page does that has a lobby; the bare one has everything in one script.
await RadistClient.prepareRooms();

window.user = {
  async publish() {
    const room = await enter(await freshSeat());
    await room.publish({ source: "camera", track: await camera() });
    return undefined;
  },
  async join() {
    const [video, stopwatch] = [newVideo(), new Stopwatch()];
    const seat = await freshSeat();
    stopwatch.reached("token");
    const room = await enter(seat, (url) => stopwatch.watch(new WebSocket(url)));
    room.on("remotestream", (track) => room.attach(track, video));
    return stopwatch.shown(video);
  },
};

function enter(
  { host, searchParams }: URL,
  webSocketFactory?: (url: string) => WebSocket,
): Promise<RadistRoomConnection> {
  const [publicKey, roomToken] = [searchParams.get("publicKey") ?? "", searchParams.get("roomToken") ?? ""];
  const radist = new RadistClient({ publicKey, apiBaseUrl: `http://${host}/api/v1`, webSocketFactory });
  return radist.createRoomConnection({ roomToken, channels: ["video"], localStream: new MediaStream() });
}
