import { expect, test } from "vitest";
import { ConnectionLost } from "./connection-lost.ts";
import { Ensured } from "./ensured.ts";
import { RadistError } from "./errors.ts";
import { Latch } from "./latch.ts";

/** An object whose creation fails as the test says. */
function object() {
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
  const { latch, ensured, made } = object();
  const there = ensured.ensure();
  latch.open("first");
  await there;
  expect(made).toEqual(["first"]);
});

test("creates one, however often it is asked to", async () => {
  const { latch, ensured, made } = object();
  latch.open("first");
  await Promise.all([ensured.ensure(), ensured.ensure()]);
  await ensured.ensure();
  expect(made).toEqual(["first"]);
});

test("creates it again in the next place, even when the place changes in the middle", async () => {
  const { latch, ensured, made, failures } = object();
  latch.open("first");
  failures.push(() => latch.open("second"));
  await ensured.ensure();
  expect(made).toEqual(["first", "second"]);
});

test("creates nothing in a place that has closed by then", async () => {
  const { latch, ensured, made } = object();
  latch.open("first");
  const there = ensured.ensure();
  latch.close();
  await Promise.resolve();
  latch.open("second");
  await there;
  expect(made).toEqual(["second"]);
});

test("tries again when the connection was lost, and at once when there is another place", async () => {
  const { latch, ensured, made, failures } = object();
  latch.open("first");
  failures.push(new ConnectionLost(), () => {
    latch.open("second");
    throw new Error("closed");
  });
  await ensured.ensure();
  expect(made).toEqual(["second"]);
});

test("retries what may succeed, and gives up what cannot", async () => {
  const { latch, ensured, made, failures } = object();
  latch.open("first");
  failures.push(new RadistError("unavailable"));
  await ensured.ensure();
  expect(made).toEqual(["first"]);
  latch.open("second");
  failures.push(new RadistError("not_allowed"));
  await expect(ensured.ensure()).rejects.toMatchObject({ code: "not_allowed" });
});

test("ends with the connection", async () => {
  const { latch, ensured } = object();
  const there = ensured.ensure();
  latch.end();
  await expect(there).rejects.toMatchObject({ code: "connection_closed" });
  await expect(ensured.ensure()).rejects.toMatchObject({ code: "connection_closed" });
});
