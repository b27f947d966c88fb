import { beforeEach, describe, expect, test } from "vitest";
import type { Channel, MediaKind } from "../core/channels.ts";
import type { OutgoingMedia } from "./outgoing-media.ts";
import { addTracks, declineKinds, expectKinds, setTrack } from "./transceivers.ts";

type Track = { readonly kind: MediaKind; readonly name: string };

const track = (kind: MediaKind, name: string = kind) => ({ kind, name }) as Track & MediaStreamTrack;
const STREAM = { name: "stream" } as unknown as MediaStream;

/** The transceivers of an RTCPeerConnection, by the rules of `addTrack` (W3C webrtc-pc, section 5.1). */
class PeerModel {
  readonly transceivers: TransceiverModel[] = [];

  getTransceivers() {
    return this.transceivers;
  }

  addTrack(added: Track, ...streams: unknown[]): void {
    this.transceivers.push(new TransceiverModel(added.kind, "sendrecv", added, streams));
  }

  addTransceiver(kind: MediaKind, { direction }: { direction: RTCRtpTransceiverDirection }): void {
    this.transceivers.push(new TransceiverModel(kind, direction, null, []));
  }

  /** Each transceiver as its kind, direction, track and streams. */
  get summary(): string[] {
    return this.transceivers.map(({ receiver, direction, sender }) =>
      [receiver.track.kind, direction, sender.track?.name, sender.streams.length > 0 ? "in a stream" : undefined]
        .filter(Boolean)
        .join(" "),
    );
  }
}

class TransceiverModel {
  direction: RTCRtpTransceiverDirection;
  readonly receiver: { readonly track: { readonly kind: MediaKind } };
  readonly sender: SenderModel;

  constructor(kind: MediaKind, direction: RTCRtpTransceiverDirection, sent: Track | null, streams: unknown[]) {
    this.direction = direction;
    this.receiver = { track: { kind } };
    this.sender = new SenderModel(sent, streams);
  }
}

class SenderModel {
  track: Track | null;
  streams: unknown[];

  constructor(sent: Track | null, streams: unknown[]) {
    this.track = sent;
    this.streams = streams;
  }

  async replaceTrack(next: Track | null): Promise<void> {
    this.track = next;
  }

  setStreams(...streams: unknown[]): void {
    this.streams = streams;
  }
}

const media = (...tracks: (Track & MediaStreamTrack)[]): OutgoingMedia => ({
  announced: STREAM,
  state: { isMuted: false, isCameraOff: false, isSharingScreen: false },
  outgoing: (kind) => tracks.find((each) => each.kind === kind),
});
const channels = (...names: Channel[]) => new Set(names);

let model: PeerModel;
let peer: RTCPeerConnection;

beforeEach(() => {
  model = new PeerModel();
  peer = model as unknown as RTCPeerConnection;
});

describe("an offer", () => {
  test("sends the tracks of its channels, and receives the kinds that it does not send", () => {
    const both = channels("audio", "video", "data");
    addTracks(peer, both, media(track("audio")));
    expectKinds(peer, both);
    expect(model.summary).toEqual(["audio sendrecv audio in a stream", "video recvonly"]);
  });

  test("has nothing of other channels", () => {
    addTracks(peer, channels("audio"), media(track("audio"), track("video")));
    expectKinds(peer, channels("audio"));
    expect(model.summary).toEqual(["audio sendrecv audio in a stream"]);
  });

  test("does not count on a transceiver that was stopped", () => {
    model.addTransceiver("video", { direction: "stopped" });
    expectKinds(peer, channels("video"));
    expect(model.summary).toEqual(["video stopped", "video recvonly"]);
  });
});

test("offered media of other channels is declined", () => {
  model.addTransceiver("audio", { direction: "recvonly" });
  model.addTransceiver("video", { direction: "recvonly" });
  declineKinds(peer, channels("audio", "data"));
  expect(model.summary).toEqual(["audio recvonly", "video inactive"]);
});

describe("setting a track", () => {
  test.each([
    ["replaces the present one without a change of direction", "sendrecv", "sendrecv"],
    ["begins to send next to what is received", "recvonly", "sendrecv"],
    ["begins to send what was declined", "inactive", "sendonly"],
  ] as const)("%s", async (_, before, after) => {
    model.addTransceiver("video", { direction: before });
    await setTrack(peer, "video", track("video", "screen"), STREAM);
    expect(model.summary).toEqual([`video ${after} screen in a stream`]);
  });

  test.each([
    ["sendrecv", "recvonly"],
    ["sendonly", "inactive"],
  ] as const)("to none stops sending: %s becomes %s", async (before, after) => {
    model.addTrack(track("video", "camera"), STREAM);
    for (const transceiver of model.transceivers) transceiver.direction = before;
    await setTrack(peer, "video", null, STREAM);
    expect(model.summary).toEqual([`video ${after} in a stream`]);
  });

  test("uses the transceiver that sends, if there are several", async () => {
    model.addTransceiver("video", { direction: "recvonly" });
    model.addTrack(track("video", "camera"), STREAM);
    await setTrack(peer, "video", track("video", "screen"), STREAM);
    expect(model.summary).toEqual(["video recvonly", "video sendrecv screen in a stream"]);
  });

  test("adds one where there is no transceiver, and nothing for no track", async () => {
    await setTrack(peer, "video", null, STREAM);
    expect(model.summary).toEqual([]);
    await setTrack(peer, "video", track("video", "camera"), STREAM);
    expect(model.summary).toEqual(["video sendrecv camera in a stream"]);
  });
});
