import { expect, test } from "vitest";
import { RadistError } from "../core/errors.ts";
import { Gate } from "./gate.ts";
import { WayLost } from "./signaling/requests.ts";
import { Upkeep } from "./upkeep.ts";

/** A thing that is made at a place, which can fail there as told. */
function thing() {
  const gate = new Gate<string>();
  const failures: unknown[] = [];
  const made: string[] = [];
  const upkeep = new Upkeep({
    gate,
    isMissing: (place) => made.at(-1) !== place,
    make: async (place) => {
      await Promise.resolve();
      const failure = failures.shift();
      if (failure instanceof Function) failure();
      else if (failure) throw failure;
      made.push(place);
    },
  });
  return { gate, upkeep, made, failures };
}

test("waits for a place", async () => {
  const { gate, upkeep, made } = thing();
  const there = upkeep.ensure();
  gate.open("first");
  await there;
  expect(made).toEqual(["first"]);
});

test("makes one, however often it is asked", async () => {
  const { gate, upkeep, made } = thing();
  gate.open("first");
  await Promise.all([upkeep.ensure(), upkeep.ensure()]);
  await upkeep.ensure();
  expect(made).toEqual(["first"]);
});

test("makes it again at the next place, also when that came in the middle", async () => {
  const { gate, upkeep, made, failures } = thing();
  gate.open("first");
  failures.push(() => gate.open("second"));
  await upkeep.ensure();
  expect(made).toEqual(["first", "second"]);
});

test("does nothing at a place that was left in the same moment", async () => {
  const { gate, upkeep, made } = thing();
  gate.open("first");
  const there = upkeep.ensure();
  gate.shut();
  await Promise.resolve();
  gate.open("second");
  await there;
  expect(made).toEqual(["second"]);
});

test("tries again when the way was lost, and at once when another place is there", async () => {
  const { gate, upkeep, made, failures } = thing();
  gate.open("first");
  failures.push(new WayLost(), () => {
    gate.open("second");
    throw new Error("closed");
  });
  await upkeep.ensure();
  expect(made).toEqual(["second"]);
});

test("tries again what may succeed, and gives up what cannot", async () => {
  const { gate, upkeep, made, failures } = thing();
  gate.open("first");
  failures.push(new RadistError("unavailable"));
  await upkeep.ensure();
  expect(made).toEqual(["first"]);
  gate.open("second");
  failures.push(new RadistError("not_allowed"));
  await expect(upkeep.ensure()).rejects.toMatchObject({ code: "not_allowed" });
});

test("ends with the connection", async () => {
  const { gate, upkeep } = thing();
  const there = upkeep.ensure();
  gate.end();
  await expect(there).rejects.toMatchObject({ code: "connection_closed" });
  await expect(upkeep.ensure()).rejects.toMatchObject({ code: "connection_closed" });
});
