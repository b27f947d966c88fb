import { effect } from "@preact/signals";
import type { PublishSource, RadistRoomConnection } from "@radist-tech/client";
import type { LocalMedia } from "../media/device-signals.ts";

/** Sends what the user has switched on, and takes back what they switched off. */
export function publishDevices(connection: RadistRoomConnection, media: LocalMedia): () => void {
  if (!connection.canPublish) return () => undefined;
  const microphone = keepPublished(connection, "microphone");
  const camera = keepPublished(connection, "camera");
  const stops = [
    effect(() => microphone({ track: media.audio.value, muted: media.muted.value })),
    effect(() => camera({ track: media.camera.value, muted: false })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

interface Wish {
  readonly track: MediaStreamTrack | null;
  readonly muted: boolean;
}

/** One step after the other; of several wishes meanwhile the last one counts. */
function keepPublished(connection: RadistRoomConnection, source: PublishSource): (wish: Wish) => void {
  let wished: Wish | undefined;
  let working = false;
  const work = async (): Promise<void> => {
    working = true;
    while (wished) {
      const wish = wished;
      wished = undefined;
      await fulfil(connection, source, wish).catch((error: unknown) => console.warn("Radist:", error));
    }
    working = false;
  };
  return (wish) => {
    wished = wish;
    if (!working) void work();
  };
}

async function fulfil(connection: RadistRoomConnection, source: PublishSource, { track, muted }: Wish): Promise<void> {
  const published = connection.published.get(source);
  if (!track) return published?.unpublish();
  if (!published) {
    await connection.publish({ source, track, muted });
    return;
  }
  if (published.track !== track) await published.replaceTrack(track);
  if (published.isMuted !== muted) await connection.setMuted(source, muted);
}
