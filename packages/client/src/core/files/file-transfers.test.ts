import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RadistError } from "../errors.ts";
import type { Frame } from "../framing.ts";
import { FileTransfers } from "./file-transfers.ts";
import type { ReceivedFile } from "./incoming-file.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Peers whose frames to each other arrive in order, after a turn. */
function peers(...names: string[]) {
  const sides = new Map<string, FileTransfers>();
  const offered: ReceivedFile[] = [];
  const firstOffer = Promise.withResolvers<ReceivedFile>();
  const offer = (file: ReceivedFile) => {
    offered.push(file);
    firstOffer.resolve(file);
  };
  const frames: Frame[] = [];
  /** What arrives from now on. */
  let isOpen = true;
  for (const from of names) {
    const send = async (frame: Frame, to: string | undefined): Promise<void> => {
      frames.push(frame);
      await new Promise((resolve) => setImmediate(resolve));
      if (!isOpen) return;
      for (const [name, side] of sides) {
        if (name === from || (to ?? name) !== name) continue;
        const message = typeof frame === "string" ? { type: "text", text: frame } : { type: "binary", data: frame };
        side.receive(message as never, from, to !== undefined);
      }
    };
    sides.set(from, new FileTransfers({ send, offered: offer }));
  }
  const cut = () => {
    isOpen = false;
  };
  const side = (name: string) => sides.get(name) ?? new FileTransfers({ send: async () => {}, offered: () => {} });
  return { side, offered, firstOffer: firstOffer.promise, frames, cut };
}

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31) % 251);
const FILE = new File([bytesOf(1_500_000)], "a.bin", { type: "image/png" });

test.each([0, 1, 61_440, 1_500_000])("a file of %i bytes arrives whole, and its sender knows", async (length) => {
  const { side, offered } = peers("ada", "bob");
  const progress: number[] = [];
  const file = new File([bytesOf(length)], "a.bin", { type: "image/png" });
  await side("ada").send(file, ["bob"], "bob", { onProgress: (bytes) => progress.push(bytes) });
  const [received] = offered;
  expect(received).toMatchObject({ name: "a.bin", type: "image/png", size: length, received: length, isPrivate: true });
  const blob = await received?.blob;
  expect(blob?.type).toBe("image/png");
  expect(new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(bytesOf(length));
  expect(progress.at(-1)).toBe(length);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
});

test("a file to all is sent when the slowest has it", async () => {
  const { side, offered } = peers("ada", "bob", "eve");
  await side("ada").send(FILE, ["bob", "eve"], undefined, {});
  expect(offered.map(({ received, isPrivate }) => [received, isPrivate])).toEqual(Array(2).fill([FILE.size, false]));
});

test("the sender cancels", async () => {
  const { side, offered } = peers("ada", "bob");
  const cancelling = new AbortController();
  const onProgress = () => cancelling.abort();
  const sending = side("ada").send(FILE, ["bob"], "bob", { onProgress, signal: cancelling.signal });
  await expect(sending).rejects.toMatchObject({ name: "AbortError" });
  await expect(offered[0]?.blob).rejects.toMatchObject({ code: "file_cancelled" });
  expect(offered[0]?.received).toBeLessThan(FILE.size);
});

test("a receiver cancels, and another one still gets the file", async () => {
  const { side, offered, firstOffer } = peers("ada", "bob", "eve");
  const sending = side("ada").send(FILE, ["bob", "eve"], undefined, {});
  (await firstOffer).cancel();
  await sending;
  await expect(offered[0]?.blob).rejects.toMatchObject({ code: "file_cancelled" });
  expect((await offered[1]?.blob)?.size).toBe(FILE.size);
});

test("all receivers cancel", async () => {
  const { side, firstOffer } = peers("ada", "bob");
  const sending = side("ada").send(FILE, ["bob"], "bob", {});
  (await firstOffer).cancel();
  await expect(sending).rejects.toMatchObject({ code: "file_cancelled" });
});

test("a receiver, or the sender, is gone", async () => {
  const { side, firstOffer, cut } = peers("ada", "bob");
  const sending = side("ada").send(FILE, ["bob"], "bob", {});
  const file = await firstOffer;
  cut();
  side("ada").left("bob");
  side("bob").left("ada");
  await expect(sending).rejects.toMatchObject({ code: "peer_not_found" });
  await expect(file.blob).rejects.toMatchObject({ code: "peer_not_found" });
});

test("who takes no files is not waited for endlessly", async () => {
  const { side, cut } = peers("ada", "bob");
  cut();
  const sending = side("ada").send(FILE, ["bob"], "bob", {});
  const failed = expect(sending).rejects.toMatchObject({ code: "receiver_too_slow" } satisfies Partial<RadistError>);
  await vi.advanceTimersByTimeAsync(30_000);
  await failed;
});

test.each([
  [
    "more than was announced",
    [
      JSON.stringify({ type: "offer", file: 1, name: "a", size: 2, mime: "" }),
      new Uint8Array([0, 0, 0, 1, 1, 2, 3]).buffer,
    ],
  ],
] as [string, Frame[]][])("%s is refused", async (_, sent) => {
  const { side, offered, frames } = peers("ada");
  for (const frame of sent) {
    const message = typeof frame === "string" ? { type: "text", text: frame } : { type: "binary", data: frame };
    side("ada").receive(message as never, "mallory", true);
  }
  await expect(offered[0]?.blob).rejects.toMatchObject({ code: "file_cancelled" });
  expect(frames).toEqual([JSON.stringify({ type: "refused", file: 1 })]);
});

test.each([
  "",
  "null",
  "[]",
  '{"type":"offer","file":1}',
  '{"type":"received","file":-1,"bytes":2}',
  '{"type":"x","file":1}',
])("%j is ignored", (text) => {
  const { side, offered, frames } = peers("ada");
  side("ada").receive({ type: "text", text }, "mallory", true);
  side("ada").receive({ type: "binary", data: new ArrayBuffer(2) }, "mallory", true);
  expect([offered, frames]).toEqual([[], []]);
});

test("what is no file, and a file for nobody, are refused", async () => {
  const { side } = peers("ada");
  await expect(side("ada").send("text" as never, ["bob"], "bob", {})).rejects.toMatchObject({
    code: "invalid_argument",
  });
  await expect(side("ada").send(FILE, [], undefined, {})).rejects.toMatchObject({ code: "peer_not_found" });
});
