import { ERRORS, type ErrorSpec, P2PClientMessage } from "@radist-tech/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { jsonText } from "./json-text.ts";
import { Neighbours, UNHURRIED } from "./neighbours.ts";
import { errorsIn, joinsRaw, type RawPerson } from "./raw-person.ts";
import { frame, OPCODE } from "./raw-socket.ts";

/** Close codes of the contract, and those of RFC 6455 for what is no frame and no UTF-8. */
const CLOSE_CODES = new Set<number | null | undefined>([
  ...Object.values<ErrorSpec>(ERRORS).flatMap(({ close, closeWhenRepeated }) => [close, closeWhenRepeated]),
  1002,
  1007,
]);

/** A failure prints its seed and the shortest input that fails. */
export function fuzzSockets({ messages, connections }: { messages: number; connections: number }): void {
  describe.each([
    { name: "one process on embedded Postgres", options: { embedded: true }, places: [0, 0] as [number, number] },
    { name: "two nodes on Postgres and NATS", options: { nodes: 2 }, places: [0, 1] as [number, number] },
  ])("On $name", { timeout: 1_200_000 }, ({ options, places }) => {
    let cluster: Cluster;
    let neighbours: Neighbours;
    beforeAll(async () => {
      cluster = await startCluster({ ...options, env: UNHURRIED });
      neighbours = await Neighbours.meet(cluster, places);
    });
    afterAll(async () => {
      await neighbours.stop();
      await cluster[Symbol.asyncDispose]();
    });
    afterEach(() => neighbours.goOn());

    /** Says texts one at a time on one socket; a question behind each shows when it has been dealt with. */
    async function speaking(
      texts: fc.Arbitrary<string>,
      check: (text: string, answers: string[], raw: RawPerson) => void,
    ) {
      await using raw = await joinsRaw(cluster);
      let asked = 0;
      const say = async (text: string): Promise<string[]> => {
        const from = raw.socket.texts.length;
        const requestId = `question ${asked++}`;
        const question = { type: "signal", targetPeerId: "peer_nobody", signalType: "x", requestId };
        raw.socket.write(Buffer.concat([frame(OPCODE.text, text), frame(OPCODE.text, JSON.stringify(question))]));
        const answerAt = await raw.socket.until(({ texts }) => {
          const at = texts.findIndex((answer, index) => index >= from && answer.includes(`"${requestId}"`));
          return at < 0 ? undefined : at;
        });
        return raw.socket.texts.slice(from, answerAt);
      };
      await fc.assert(
        fc.asyncProperty(texts, async (text) => check(text, await say(text), raw)),
        { numRuns: messages },
      );
    }

    test("any text gets a typed error, and the socket stays", async () => {
      await speaking(fc.string({ unit: "binary", maxLength: 200 }), (text, answers) => {
        expect(
          errorsIn(answers).map(({ code }) => code),
          text,
        ).toEqual(["invalid_message"]);
      });
    });

    test("any JSON gets a typed error, and the socket stays", async () => {
      await speaking(jsonText, (text, answers) => {
        expect(answers).toHaveLength(1);
        expect(errorsIn(answers)[0]?.code, text).toMatch(/^(invalid|unsupported)_message$/);
      });
    });

    test("anything that resembles a signal reaches the other peer unchanged, or gets a typed error", async () => {
      let delivered = 0;
      const part = (right: string) => fc.oneof({ weight: 5, arbitrary: fc.constant(right) }, jsonText);
      const signals = fc.record({
        type: part('"signal"'),
        targetPeerId: part('"PARTNER"'),
        signalType: part('"offer"'),
        payload: jsonText.map((text) => text.trim()),
        requestId: part('"r"'),
      });
      const texts = signals.map(
        (some) =>
          `{${Object.entries(some)
            .map((member) => `"${member[0]}":${member[1]}`)
            .join(",")}}`,
      );
      await using raw = await joinsRaw(cluster);
      await fc.assert(
        fc.asyncProperty(texts, async (template) => {
          const text = template.replace("PARTNER", raw.partner.peerId);
          const message = P2PClientMessage.safeParse(JSON.parse(text));
          const from = raw.socket.texts.length;
          raw.socket.write(frame(OPCODE.text, text));
          if (message.success && message.data.type === "signal" && message.data.targetPeerId === raw.partner.peerId) {
            await raw.partner.hears("signal");
            expect(text).toContain(`"payload":${payloadOf(String(raw.partner.socket.texts.at(-1)))}`);
            delivered++;
            return;
          }
          const answer = await raw.socket.until(({ texts }) => texts[from]);
          const expected = message.success ? "peer_not_found" : /^(invalid|unsupported)_message$/;
          expect(errorsIn([answer])[0]?.code).toMatch(expected);
          // Ten in a row that cannot be understood would end the socket; this one can.
          const valid = { type: "signal", targetPeerId: raw.partner.peerId, signalType: "valid", payload: null };
          raw.socket.write(frame(OPCODE.text, JSON.stringify(valid)));
          await raw.partner.hears("signal");
        }),
        { numRuns: messages },
      );
      expect(delivered).toBeGreaterThan(0);
    });

    test("any bytes after the handshake: a typed error and a close code, or nothing; the other peer is notified of the loss", async () => {
      const garbage = fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        // Right frames with wrong bits in some places get further than plain noise.
        fc
          .tuple(
            fc.string({ unit: "binary", maxLength: 100 }),
            fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }),
          )
          .map(([text, flips]) => {
            const bytes = frame(OPCODE.text, text);
            for (const [at, bits] of flips) bytes[at % bytes.length] = Number(bytes[at % bytes.length]) ^ bits;
            return bytes;
          }),
      );
      await fc.assert(
        fc.asyncProperty(garbage, async (bytes) => {
          await using raw = await joinsRaw(cluster);
          raw.socket.write(bytes);
          raw.socket.end();
          const { texts, closeCode } = await raw.socket.ended;
          const errors = errorsIn(texts);
          // A close frame among the noise is answered in kind.
          const isOwnClose = errors.length === 0 && closeCode !== undefined;
          if (isOwnClose) expect(bytes.some((byte) => byte === (0x80 | OPCODE.close))).toBe(true);
          else if (closeCode !== undefined) expect(CLOSE_CODES).toContain(closeCode);
          expect(await raw.partner.hears("peer_left")).toMatchObject({ reason: "disconnected" });
        }),
        { numRuns: connections },
      );
    });
  });
}

const payloadOf = (signal: string): string =>
  signal.slice(signal.indexOf('"payload":') + 10, signal.lastIndexOf(',"occurredAt"'));
