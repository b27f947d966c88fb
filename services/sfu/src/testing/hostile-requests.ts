import type { RoomClientMessage } from "@radist-tech/protocol";
import fc from "fast-check";
import { DTLS, opus } from "./media.ts";

/** Ids of everything that a request can name. */
export interface Ids {
  readonly peer: string;
  readonly send: string;
  readonly recv: string;
  readonly producer: string;
  readonly consumer: string;
  readonly dataProducer: string;
  readonly dataConsumer: string;
}

export type RequestType = RoomClientMessage["type"];

/** A right request of each type: of one's own things, and to or about those of `other`. The compiler keeps it complete. */
export const requestsWith = (
  own: Ids,
  other: Ids,
  rtpCapabilities: unknown,
): Record<RequestType, Record<string, unknown>> => ({
  "connect-transport": { transportId: own.send, dtlsParameters: DTLS },
  produce: { kind: "audio", rtpParameters: opus(), transportId: own.send, paused: false, source: "microphone" },
  consume: { producerId: other.producer, rtpCapabilities, transportId: own.recv, paused: true },
  "set-preferred-layer": { consumerId: own.consumer, spatialLayer: 1, temporalLayer: 1 },
  "leave-room": {},
  "e2ee-announce": { publicKey: "cHVi", keyId: 1 },
  "e2ee-key": { targetPeerId: other.peer, keyId: 1, wrappedKey: "d3Jh", wrapIv: "aXY" },
  "e2ee-request-key": { targetPeerId: other.peer },
  "pause-producer": { producerId: own.producer },
  "resume-producer": { producerId: own.producer },
  "close-producer": { producerId: own.producer },
  "pause-consumer": { consumerId: own.consumer },
  "resume-consumer": { consumerId: own.consumer },
  "close-consumer": { consumerId: own.consumer },
  "set-priority": { consumerId: own.consumer, priority: 1 },
  "set-view": { views: [{ consumerId: own.consumer, visible: true, width: 100, height: 100 }] },
  "set-audio-levels": { enabled: true },
  "restart-ice": { transportId: own.send },
  "produce-data": { sctpStreamParameters: { streamId: 7, ordered: true }, label: "l", targetPeerId: other.peer },
  "consume-data": { dataProducerId: other.dataProducer, transportId: own.recv, paused: true },
  "resume-data-consumer": { dataConsumerId: own.dataConsumer },
  "close-data-producer": { dataProducerId: own.dataProducer },
  "close-data-consumer": { dataConsumerId: own.dataConsumer },
  "ice-failure": { reason: "no_relay" },
  ping: {},
  "get-stats": { producerId: own.producer, consumerId: own.consumer, transportId: own.recv },
});

/** Where in a message something is put, counted over all its fields, and what. */
interface Edit {
  readonly at: number;
  readonly put: { readonly value: unknown } | { readonly whose: "own" | "other"; readonly id: keyof Ids } | "nothing";
}

const odd = fc.constantFrom<unknown[]>(
  null,
  true,
  "",
  "\0",
  "\ud800",
  "__proto__",
  "x".repeat(65),
  "x".repeat(5_000),
  0,
  -0,
  -1,
  0.5,
  255,
  2 ** 31,
  2 ** 53,
  1e308,
  [],
  {},
  JSON.parse("[".repeat(300) + "]".repeat(300)),
  JSON.parse('{"__proto__":{"type":"leave-room"}}'),
  Array.from({ length: 300 }, () => ({})),
);

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(40),
  put: fc.oneof(
    { weight: 2, arbitrary: fc.constant("nothing" as const) },
    { weight: 3, arbitrary: odd.map((value) => ({ value })) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => ({ value })) },
    {
      weight: 3,
      arbitrary: fc.record({
        whose: fc.constantFrom("own" as const, "other" as const),
        id: fc.constantFrom<(keyof Ids)[]>(
          "peer",
          "send",
          "recv",
          "producer",
          "consumer",
          "dataProducer",
          "dataConsumer",
        ),
      }),
    },
  ),
});

export const edits = fc.array(edit, { minLength: 0, maxLength: 3 });

/** A message with edits made to it, at any depth. */
export function edited(message: object, changes: readonly Edit[], ids: { own: Ids; other: Ids }): object {
  const copy = structuredClone(message);
  for (const { at, put } of changes) {
    const places = placesIn(copy);
    const place = places[at % places.length];
    if (!place) continue;
    const [holder, name] = place;
    if (put === "nothing") delete holder[name];
    else holder[name] = "value" in put ? structuredClone(put.value) : ids[put.whose][put.id];
  }
  return copy;
}

/** Every field of a message and of what is in it; of long lists the beginning. */
function placesIn(value: object): [Record<string, unknown>, string][] {
  const holder = value as Record<string, unknown>;
  return Object.keys(holder)
    .slice(0, 20)
    .flatMap((name) => {
      const inner = holder[name];
      const isShallow = typeof inner === "object" && inner !== null && Object.keys(inner).length > 0;
      return [[holder, name] as [Record<string, unknown>, string], ...(isShallow ? placesIn(inner) : [])];
    });
}
