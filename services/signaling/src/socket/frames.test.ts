import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../testing/cluster.ts";
import { Neighbours, UNHURRIED } from "../testing/neighbours.ts";
import { errorsIn, joinsRaw, type RawPerson } from "../testing/raw-person.ts";
import { closePayload, frame, OPCODE } from "../testing/raw-socket.ts";

const { continuation, text, binary, close, ping, pong } = OPCODE;
const KIB_64 = 64 * 1024;

/** A signal from one end of a call to the other, in so many bytes. */
function signalOf(bytes: number, { partner }: RawPerson): string {
  const message = (payload: string) =>
    JSON.stringify({ type: "signal", targetPeerId: partner.peerId, signalType: "offer", payload });
  return message("x".repeat(bytes - message("").length));
}

/** A message in fragments: the first has the opcode, the last the FIN bit. */
function fragments(parts: readonly (Buffer | string)[], opcode: number = text): Buffer[] {
  return parts.map((part, index) =>
    frame(index === 0 ? opcode : continuation, part, { fin: index === parts.length - 1 }),
  );
}

const cut = (message: string | Buffer, size: number): Buffer[] => {
  const bytes = Buffer.from(message);
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
};

describe.each([
  { name: "one process on embedded Postgres", options: { embedded: true }, places: [0, 0] as [number, number] },
  { name: "two nodes on Postgres and NATS", options: { nodes: 2 }, places: [0, 1] as [number, number] },
])("On $name", ({ options, places }) => {
  let cluster: Cluster;
  let neighbours: Neighbours;
  let raw: RawPerson;
  beforeAll(async () => {
    cluster = await startCluster({ ...options, env: UNHURRIED });
    neighbours = await Neighbours.meet(cluster, places);
  });
  afterAll(async () => {
    await neighbours.stop();
    await cluster[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    raw = await joinsRaw(cluster);
  });
  afterEach(async () => {
    await raw[Symbol.asyncDispose]();
    await neighbours.goOn();
  });

  describe("an error, a close, and the other peer is notified:", () => {
    const invalid = "invalid_message";
    test.each<[string, string, number, Buffer[]]>([
      ["bytes that are no UTF-8", invalid, 1007, [frame(text, Buffer.from([0xc3, 0x28]))]],
      ["a lone surrogate in UTF-8", invalid, 1007, [frame(text, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))]],
      ["an overlong slash", invalid, 1007, [frame(text, Buffer.from([0xc0, 0xaf]))]],
      ["half a character at the end", invalid, 1007, [frame(text, Buffer.from("é").subarray(0, 1))]],
      ["no UTF-8 across fragments", invalid, 1007, fragments([Buffer.from([0xc3]), Buffer.from([0x28])])],
      ["a continuation of nothing", invalid, 1002, [frame(continuation, "{}")]],
      ["a message within a message", invalid, 1002, [frame(text, "{", { fin: false }), frame(text, "}")]],
      ["a frame that is not masked", invalid, 1002, [frame(text, "{}", { masked: false })]],
      ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, string, number, Buffer[]] => [
        `the reserved opcode ${opcode}`,
        invalid,
        1002,
        [frame(opcode, "{}")],
      ]),
      ...[1, 2, 4, 7].map((reserved): [string, string, number, Buffer[]] => [
        `the reserved bits ${reserved}`,
        invalid,
        1002,
        [frame(text, "{}", { reserved })],
      ]),
      ["a ping in fragments", invalid, 1002, [frame(ping, "", { fin: false })]],
      ["a ping of 126 bytes", invalid, 1002, [frame(ping, "x".repeat(126))]],
      ["a close of one byte", invalid, 1002, [frame(close, "x")]],
      ["a close with a code that is none", invalid, 1002, [frame(close, closePayload(999))]],
      ["a close with the code that stands for none", invalid, 1002, [frame(close, closePayload(1005))]],
      [
        "a close with a reason that is no UTF-8",
        invalid,
        1007,
        [frame(close, closePayload(1000, Buffer.from([0xff])))],
      ],
      ["a frame of 64 KiB and a byte", "message_too_large", 1009, [frame(text, "x".repeat(KIB_64 + 1))]],
      ["the mere announcement of it", "message_too_large", 1009, [frame(text, "", { length: BigInt(KIB_64 + 1) })]],
      [
        "an announcement beyond exact numbers",
        "message_too_large",
        1009,
        [frame(text, "", { length: 2n ** 63n - 1n })],
      ],
      ["fragments of 64 KiB and a byte", "message_too_large", 1009, fragments(cut("x".repeat(KIB_64 + 1), 1_000))],
      ["65,537 fragments of a byte", "message_too_large", 1009, fragments(cut("x".repeat(KIB_64 + 1), 1))],
      [
        "endless empty fragments",
        "message_too_large",
        1009,
        Array.from({ length: 70_000 }, (_, at) => frame(at === 0 ? text : continuation, "", { fin: false })),
      ],
    ])("%s", async (_what, code, closeCode, frames) => {
      raw.socket.write(Buffer.concat(frames));
      const heard = await raw.socket.ended;
      expect(errorsIn(heard.texts).map((error) => error.code)).toEqual([code]);
      expect(heard.closeCode).toBe(closeCode);
      expect(await raw.partner.hears("peer_left")).toMatchObject({ peerId: raw.peerId, reason: "disconnected" });
    });
  });

  describe("an error, and the socket stays open:", () => {
    test.each<[string, Buffer]>([
      ["an empty text frame", frame(text)],
      ["an empty binary frame", frame(binary)],
      ["a binary frame, though it has a message", frame(binary, '{"type":"leave"}')],
      ["no JSON", frame(text, "{")],
      ["20,000 levels of nothing", frame(text, "[".repeat(20_000))],
      ["20,000 levels, closed again", frame(text, "[".repeat(20_000) + "]".repeat(20_000))],
      ["a NUL", frame(text, "\0")],
      ["a prototype", frame(text, '{"__proto__":{"type":"leave"},"constructor":{"prototype":{}}}')],
    ])("%s", async (_what, bytes) => {
      raw.socket.write(bytes);
      expect(await raw.socket.until(({ texts }) => errorsIn(texts)[0])).toMatchObject({ code: "invalid_message" });
      raw.socket.write(frame(text, signalOf(200, raw)));
      await raw.partner.hears("signal");
    });
  });

  describe("to the other peer, unchanged:", () => {
    test.each<[string, (raw: RawPerson) => Buffer[]]>([
      ["a message of 64 KiB", (raw) => [frame(text, signalOf(KIB_64, raw))]],
      ["the same in fragments of a kilobyte", (raw) => fragments(cut(signalOf(KIB_64, raw), 1_000))],
      [
        "the same with control frames between",
        (raw) =>
          fragments(cut(signalOf(KIB_64, raw), 8_000))
            .flatMap((part) => [frame(pong, "unasked"), part, frame(ping, "now")])
            .slice(0, -1),
      ],
      ["fragments of a byte", (raw) => fragments(cut(signalOf(2_000, raw), 1))],
      ["empty fragments around", (raw) => fragments(["", ...cut(signalOf(300, raw), 100), "", ""])],
      ["a length in more bytes than it needs", (raw) => [lengthened(signalOf(120, raw))]],
    ])("%s", async (_what, bytes) => {
      raw.socket.write(Buffer.concat(bytes(raw)));
      const signal = await raw.partner.hears("signal");
      expect(signal.payload).toMatch(/^x+$/);
      expect(errorsIn(raw.socket.texts)).toEqual([]);
    });

    test.each([
      ["a payload of 20,000 levels", "[".repeat(20_000) + "]".repeat(20_000)],
      ["lone surrogates and NULs, as escapes", '"\\ud800 \\udfff \\u0000 \\uDC00\\uD800"'],
      ["prototypes", '{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"toString":null}'],
      ["characters of one to four bytes", '"zé€😀\u2028"'],
    ])("%s", async (_what, payload) => {
      const target = raw.partner.peerId;
      const message = `{"type":"signal","targetPeerId":"${target}","signalType":"x","payload":${payload}}`;
      raw.socket.write(Buffer.concat(fragments(cut(message, 7))));
      await raw.partner.hears("signal");
      expect(raw.partner.socket.texts.at(-1)).toContain(`"payload":${payload},"occurredAt"`);
    });
  });

  test("a ping is answered with its own words, also in the midst of a message", async () => {
    const [first, second] = fragments(cut(signalOf(200, raw), 100)) as [Buffer, Buffer];
    raw.socket.write(Buffer.concat([first, frame(ping, "words"), second]));
    expect(String(await raw.socket.until(({ pongs }) => pongs[0]))).toBe("words");
    await raw.partner.hears("signal");
  });

  test.each([1000, 1001, 1002, 1007, 1008, 1009, 1011, 3000, 4400])(
    "a client's close with %i is answered with the same, and without an error",
    async (code) => {
      raw.socket.write(frame(close, closePayload(code, "bye")));
      const heard = await raw.socket.ended;
      expect(heard.closeCode).toBe(code);
      expect(errorsIn(heard.texts)).toEqual([]);
    },
  );

  test("half a frame, and then nothing: the other peer is notified that the socket was lost", async () => {
    raw.socket.write(frame(text, signalOf(500, raw)).subarray(0, 300));
    raw.socket.end();
    await raw.socket.ended;
    expect(await raw.partner.hears("peer_left")).toMatchObject({ reason: "disconnected" });
    expect(raw.partner.socket.messages.filter(({ type }) => type === "signal")).toEqual([]);
  });
});

/** The same frame with its length in eight bytes, which RFC 6455 forbids and receivers take nonetheless. */
function lengthened(message: string): Buffer {
  const short = frame(text, message);
  const long = Buffer.concat([short.subarray(0, 2), Buffer.alloc(8), short.subarray(2)]);
  long[1] = 0x80 | 127;
  long.writeBigUInt64BE(BigInt(Buffer.byteLength(message)), 2);
  return long;
}
