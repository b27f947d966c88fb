import { expect, test } from "vitest";
import { Hints } from "./hints.ts";

test("Hints that come again while a reading hangs are read once more, not as often as they came.", async () => {
  const reads: (readonly string[])[] = [];
  const [begun, hanging, done] = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const hints = new Hints<string>(
    async (batch) => {
      reads.push(batch);
      if (reads.length > 1) return done?.resolve();
      begun?.resolve();
      await hanging?.promise;
    },
    (hint) => hint,
  );
  for (const hint of ["a", "a", "b"]) hints.add(hint);
  await begun?.promise;
  for (let time = 0; time < 1_000; time++) for (const hint of ["c", "a"]) hints.add(hint);
  hanging?.resolve();
  await done?.promise;
  expect(reads).toEqual([
    ["a", "b"],
    ["c", "a"],
  ]);
});
