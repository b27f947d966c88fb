import { expect, test } from "vitest";
import { ConnectionLost } from "./connection-lost.ts";
import { Ensured } from "./ensured.ts";
import { RadistError } from "./errors.ts";
import { Latch } from "./latch.ts";

/** A thing that is made at a place, which can fail there as told. */
function thing() {
  const latch = new Latch<string>();
  const failures: unknown[] = [];
  const made: string[] = [];
  const ensured = new Ensured({
    latch,
    isMissing: (place) => made.at(-1) !== place,
    make: async (place) => {
      await Promise.resolve();
      const failure = failures.shift();
      if (failure instanceof Function) failure();
      else if (failure) throw failure;
      made.push(place);
    },
  });
  return { latch, ensured, made, failures };
}

test("waits for a place", async () => {
  const { latch, ensured, made } = thing();
  const there = ensured.ensure();
  latch.open("first");
  await there;
  expect(made).toEqual(["first"]);
});

test("makes one, however often it is asked", async () => {
  const { latch, ensured, made } = thing();
  latch.open("first");
  await Promise.all([ensured.ensure(), ensured.ensure()]);
  await ensured.ensure();
  expect(made).toEqual(["first"]);
});

test("makes it again at the next place, also when that came in the middle", async () => {
  const { latch, ensured, made, failures } = thing();
  latch.open("first");
  failures.push(() => latch.open("second"));
  await ensured.ensure();
  expect(made).toEqual(["first", "second"]);
});

test("does nothing at a place that was left in the same moment", async () => {
  const { latch, ensured, made } = thing();
  latch.open("first");
  const there = ensured.ensure();
  latch.close();
  await Promise.resolve();
  latch.open("second");
  await there;
  expect(made).toEqual(["second"]);
});

test("tries again when the way was lost, and at once when another place is there", async () => {
  const { latch, ensured, made, failures } = thing();
  latch.open("first");
  failures.push(new ConnectionLost(), () => {
    latch.open("second");
    throw new Error("closed");
  });
  await ensured.ensure();
  expect(made).toEqual(["second"]);
});

test("tries again what may succeed, and gives up what cannot", async () => {
  const { latch, ensured, made, failures } = thing();
  latch.open("first");
  failures.push(new RadistError("unavailable"));
  await ensured.ensure();
  expect(made).toEqual(["first"]);
  latch.open("second");
  failures.push(new RadistError("not_allowed"));
  await expect(ensured.ensure()).rejects.toMatchObject({ code: "not_allowed" });
});

test("ends with the connection", async () => {
  const { latch, ensured } = thing();
  const there = ensured.ensure();
  latch.end();
  await expect(there).rejects.toMatchObject({ code: "connection_closed" });
  await expect(ensured.ensure()).rejects.toMatchObject({ code: "connection_closed" });
});
