import { RadistError } from "@radist-tech/client";
import { expect, test } from "vitest";
import { Conversation } from "./conversation.ts";
import type { FileEntry } from "./entry.ts";
import { MAX_FILE_BYTES, type SendFile } from "./file-transfers.ts";

/** A conversation over an SDK whose transfers end as the test says. */
function conversation() {
  const sending = Promise.withResolvers<void>();
  const sent: Parameters<SendFile>[] = [];
  const sendFile: SendFile = (...call) => {
    sent.push(call);
    call[1]?.signal?.addEventListener("abort", () => sending.reject(call[1]?.signal?.reason));
    return sending.promise;
  };
  const own = new Conversation({ send: async () => {}, sendFile, onPresence: () => {} });
  const files = (): FileEntry[] => own.entries.value.filter((entry) => entry.kind === "file");
  return { own, sending, sent, files };
}

/** A file that the other side sends. */
function incoming(fields: { size?: number; type?: string } = {}) {
  const whole = Promise.withResolvers<Blob>();
  const cancelled = new RadistError("file_cancelled");
  const file = {
    name: "a.bin",
    type: "image/png",
    size: 3,
    fromPeerId: "peer_a",
    isPrivate: true,
    received: 0,
    onprogress: undefined as ((received: number) => void) | undefined,
    blob: whole.promise,
    isCancelled: false,
    cancel() {
      file.isCancelled = true;
      whole.reject(cancelled);
    },
    ...fields,
  };
  return { file, whole, cancelled };
}

const SOURCE = new File(["abc"], "a.bin");

test("a file that is sent shows its progress, and that it is delivered", async () => {
  const { own, sending, sent, files } = conversation();
  const offered = own.files.offer(SOURCE);
  sent[0]?.[1]?.onProgress?.(2);
  expect(files()).toMatchObject([{ own: true, name: "a.bin", size: 3, bytes: 2, state: "moving" }]);
  sending.resolve();
  await offered;
  expect(files()[0]?.state).toBe("done");
});

test.each([
  ["refused", new RadistError("file_cancelled")],
  ["failed", new RadistError("data_channel_not_open")],
])("a file that is not delivered is %s", async (state, error) => {
  const { own, sending, files } = conversation();
  const offered = own.files.offer(SOURCE);
  sending.reject(error);
  await offered;
  expect(files()[0]?.state).toBe(state);
});

test("the sender cancels", async () => {
  const { own, files } = conversation();
  const offered = own.files.offer(SOURCE);
  own.files.cancel(files()[0]?.id ?? "");
  await offered;
  expect(files()[0]?.state).toBe("cancelled");
});

test.each([
  ["image/png", "image/png"],
  ["text/html", "application/octet-stream"],
])("a received file of type %s is downloaded as %s", async (type, expected) => {
  const { own, files } = conversation();
  const { file, whole } = incoming({ type });
  const received = own.files.receive(file);
  file.onprogress?.(2);
  expect(files()).toMatchObject([{ own: false, name: "a.bin", bytes: 2, state: "moving" }]);
  whole.resolve(new Blob(["abc"], { type }));
  await received;
  const blob = await (await fetch(files()[0]?.url ?? "")).blob();
  expect([files()[0]?.state, blob.type, await blob.text()]).toEqual(["done", expected, "abc"]);
});

test("the receiver cancels, the sender does, or the connection breaks", async () => {
  const { own, files } = conversation();
  const [mine, theirs, broken] = [incoming(), incoming(), incoming()];
  const all = [mine, theirs, broken].map(({ file }) => own.files.receive(file));
  own.files.cancel(files()[0]?.id ?? "");
  theirs.whole.reject(theirs.cancelled);
  broken.whole.reject(new RadistError("data_channel_not_open"));
  await Promise.all(all);
  expect(files().map(({ state }) => state)).toEqual(["refused", "cancelled", "failed"]);
  expect(mine.file.isCancelled).toBe(true);
});

test("a file that is too large for a page is refused", async () => {
  const { own, files } = conversation();
  const { file } = incoming({ size: MAX_FILE_BYTES + 1 });
  file.blob.catch(() => undefined);
  await own.files.receive(file);
  expect([file.isCancelled, files()]).toEqual([true, []]);
});

test("a message that cannot be sent is shown as that", async () => {
  const { own } = conversation();
  const silent = new Conversation({
    send: () => Promise.reject(new RadistError("data_channel_not_open")),
    sendFile: async () => {},
    onPresence: () => {},
  });
  await silent.write("too late");
  expect([own.entries.value, silent.entries.value]).toMatchObject([[], [{ text: "too late", failed: true }]]);
});
