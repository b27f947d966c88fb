import { expect, test, vi } from "vitest";
import { Conversation } from "./conversation.ts";
import type { FileEntry } from "./entry.ts";
import { MAX_FILE_BYTES } from "./file-transfers.ts";

/** Everything that is ready to run has run. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

interface Side {
  readonly conversation: Conversation;
  /** Frames that this side sent and the other has not got yet. */
  readonly waiting: (object | ArrayBuffer)[];
}

const files = ({ conversation }: Side): FileEntry[] =>
  conversation.entries.value.filter((entry) => entry.kind === "file");

/** Two conversations over an ordered channel that delivers when the test does. */
function pair() {
  const open = { value: true };
  const side = (): Side => {
    const waiting: (object | ArrayBuffer)[] = [];
    const send = async (payload: object | ArrayBuffer): Promise<void> => {
      if (!open.value) throw new Error("closed");
      waiting.push(payload);
    };
    return { waiting, conversation: new Conversation({ send, onPresence: () => {} }) };
  };
  const ada = side();
  const grace = side();
  const deliver = ({ waiting }: Side, to: Side): void => {
    for (const payload of waiting.splice(0)) {
      if (payload instanceof ArrayBuffer) to.conversation.receive({ type: "binary", data: payload });
      else to.conversation.receive({ type: "json", data: JSON.parse(JSON.stringify(payload)), text: "" });
    }
  };
  /** Delivers both ways until no file is on its way any more. */
  const settle = async (): Promise<void> => {
    const isMoving = (): boolean =>
      [ada, grace].some((one) => one.waiting.length > 0 || files(one).some(({ state }) => state === "moving"));
    while (isMoving()) {
      deliver(ada, grace);
      deliver(grace, ada);
      await turn();
    }
  };
  return { ada, grace, deliver, settle, open };
}

/** The first chunks are out. */
const begun = (side: Side): Promise<void> => vi.waitFor(() => expect(side.waiting.length).toBeGreaterThan(2));

const bytesOf = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => (index * 31) % 251);

const digest = async (bytes: ArrayBuffer): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toString();

test.each([0, 1, 16_380, 3_000_000])("a file of %i bytes arrives complete, and both sides know", async (length) => {
  const { ada, grace, settle } = pair();
  const bytes = bytesOf(length);
  void ada.conversation.files.offer(new File([bytes], "a.bin", { type: "image/png" }));
  await settle();
  expect(files(ada)).toMatchObject([{ own: true, state: "done", name: "a.bin" }]);
  expect(files(grace)).toMatchObject([{ own: false, state: "done", name: "a.bin", size: length }]);
  const received = await (await fetch(files(grace)[0]?.url ?? "")).blob();
  expect(received.type).toBe("image/png");
  expect(await digest(await received.arrayBuffer())).toBe(await digest(bytes.buffer));
});

test("the sender waits for the receiver once a window of bytes is unconfirmed", async () => {
  const { ada, grace, deliver, settle } = pair();
  void ada.conversation.files.offer(new File([bytesOf(3_000_000)], "a.bin"));
  const underWay = (): number =>
    ada.waiting.reduce((sum, frame) => sum + (frame instanceof ArrayBuffer ? frame.byteLength : 0), 0);
  await vi.waitFor(() => expect(underWay()).toBeGreaterThanOrEqual(512 * 1024));
  // The rest of what was read from the file would follow at once: the sender waits for nothing but the receiver.
  await turn();
  expect(underWay()).toBeLessThan(600_000);

  deliver(ada, grace);
  deliver(grace, ada);
  expect(files(ada)[0]?.bytes).toBeGreaterThan(400_000);
  await settle();
  expect(files(ada)[0]?.state).toBe("done");
});

test("a message does not wait for the end of a file", async () => {
  const { ada, grace, deliver } = pair();
  void ada.conversation.files.offer(new File([bytesOf(3_000_000)], "a.bin"));
  await begun(ada);
  await ada.conversation.write("Hello");
  deliver(ada, grace);
  expect(grace.conversation.entries.value).toMatchObject([{ kind: "file", state: "moving" }, { text: "Hello" }]);
});

test("either side can cancel, and the other one learns of it", async () => {
  const { ada, grace, deliver, settle } = pair();
  const begin = async (): Promise<void> => {
    void ada.conversation.files.offer(new File([bytesOf(3_000_000)], "a.bin"));
    await begun(ada);
    deliver(ada, grace);
  };
  await begin();
  ada.conversation.files.cancel(files(ada)[0]?.id ?? "");
  await settle();
  await begin();
  grace.conversation.files.cancel(files(grace)[1]?.id ?? "");
  await settle();
  expect(files(ada).map(({ state }) => state)).toEqual(["cancelled", "refused"]);
  expect(files(grace).map(({ state }) => state)).toEqual(["cancelled", "refused"]);
});

test("a lost channel interrupts transfers", async () => {
  const { ada, grace, deliver, open } = pair();
  void ada.conversation.files.offer(new File([bytesOf(3_000_000)], "a.bin"));
  await begun(ada);
  deliver(ada, grace);
  open.value = false;
  ada.conversation.channelClosed();
  grace.conversation.channelClosed();
  expect([files(ada)[0]?.state, files(grace)[0]?.state]).toEqual(["failed", "failed"]);
  await ada.conversation.write("too late");
  expect(ada.conversation.entries.value.at(-1)).toMatchObject({ text: "too late", failed: true });
});

test("the receiver enforces the limits, whatever the sender does", async () => {
  const { grace } = pair();
  const receive = (data: unknown): void => grace.conversation.receive({ type: "json", data, text: "" });
  receive({ type: "file", file: 1, name: "huge", size: MAX_FILE_BYTES + 1, mime: "" });
  expect(files(grace)).toEqual([]);
  expect(grace.waiting).toEqual([{ type: "file-refused", file: 1, reason: "too-large" }]);

  receive({ type: "file", file: 2, name: "page.html", size: 2, mime: "text/html" });
  grace.conversation.receive({ type: "binary", data: Uint8Array.of(0, 0, 0, 2, 1, 2, 3).buffer });
  expect(files(grace)[0]?.state).toBe("failed");

  receive({ type: "file", file: 3, name: "page.html", size: 2, mime: "text/html" });
  grace.conversation.receive({ type: "binary", data: Uint8Array.of(0, 0, 0, 3, 1, 2).buffer });
  const received = await fetch(files(grace)[1]?.url ?? "");
  expect((await received.blob()).type).toBe("application/octet-stream");
});
