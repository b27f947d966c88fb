/// <reference lib="dom" />
import { RadistClient, type RadistRoomConnection } from "@radist-tech/client";
import { freshSeat } from "./page-user.ts";

/** What a listener's browser had to make up, of all that it played. */
export interface Heard {
  readonly samples: number;
  readonly concealed: number;
}

declare global {
  interface Window {
    voice: {
      speak(): Promise<void>;
      /** @param port where the media server is to be reached instead of where it says it is */
      listen(port: number, redundantAudio: boolean): Promise<void>;
      heard(): Promise<Heard>;
    };
  }
}

let room: RadistRoomConnection;

window.voice = {
  async speak() {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const output = audio.createMediaStreamDestination();
    tone.connect(output);
    tone.start();
    room = await enter(output.stream, true);
  },
  async listen(port, redundantAudio) {
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      override setRemoteDescription({ type, sdp = "" }: RTCSessionDescriptionInit): Promise<void> {
        const moved = sdp.replaceAll(/(a=candidate:\S+ 1 udp \d+ \S+) \d+/g, `$1 ${port}`);
        return super.setRemoteDescription({ type, sdp: moved.replaceAll(/a=candidate:\S+ 1 tcp .*\r\n/g, "") });
      }
    };
    room = await enter(new MediaStream(), redundantAudio);
    room.on("remotestream", (track) => room.attach(track, Object.assign(new Audio(), { autoplay: true })));
  },
  async heard() {
    const [participant] = room.participants.values();
    let heard: Heard = { samples: 0, concealed: 0 };
    (await participant?.tracks.get("microphone")?.getStats())?.forEach((stat) => {
      if (stat.type !== "inbound-rtp") return;
      heard = { samples: stat.totalSamplesReceived, concealed: stat.concealedSamples - stat.silentConcealedSamples };
    });
    return heard;
  },
};

async function enter(localStream: MediaStream, redundantAudio: boolean): Promise<RadistRoomConnection> {
  const { host, searchParams } = await freshSeat();
  const [publicKey, roomToken] = [searchParams.get("publicKey") ?? "", searchParams.get("roomToken") ?? ""];
  const radist = new RadistClient({ publicKey, apiBaseUrl: `http://${host}/api/v1` });
  return radist.createRoomConnection({ roomToken, channels: ["audio"], localStream, redundantAudio });
}
