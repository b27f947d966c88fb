import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Unconfirmed } from "./unconfirmed.ts";

/** A client that answers pings when told to, knowing what it had received by then. */
function client() {
  const pings: string[] = [];
  const unconfirmed = new Unconfirmed((mark) => pings.push(mark));
  return { pings, unconfirmed };
}

const turn = (): Promise<void> => Promise.resolve();

describe("Frames", () => {
  test("of one turn are confirmed together, by a ping after them all", async () => {
    const { pings, unconfirmed } = client();
    for (const frame of ["a", "b", "c"]) unconfirmed.add(frame);
    expect(pings).toEqual([]);
    await turn();
    expect(pings).toEqual(["3"]);
    unconfirmed.confirm("3");
    expect(unconfirmed.take()).toEqual([]);
    expect(pings).toEqual(["3"]);
  });

  test("that come while a ping is in flight wait for the next one, sent as soon as the pong arrives", async () => {
    const { pings, unconfirmed } = client();
    unconfirmed.add("a");
    await turn();
    unconfirmed.add("b");
    unconfirmed.add("c");
    await turn();
    expect(pings).toEqual(["1"]);
    unconfirmed.confirm("1");
    expect(pings).toEqual(["1", "3"]);
    expect(unconfirmed.take()).toEqual(["b", "c"]);
  });

  test("are kept until the right pong, whatever other pongs say", async () => {
    const { unconfirmed } = client();
    unconfirmed.add("a");
    for (const mark of ["1", "", "0"]) unconfirmed.confirm(mark);
    await turn();
    for (const mark of ["", "0", "2", "01", "1 ", "NaN", "-1", "1e0", "keepalive"]) unconfirmed.confirm(mark);
    expect(unconfirmed.take()).toEqual(["a"]);
  });

  test("count with their length for as long as they are kept", async () => {
    const { unconfirmed } = client();
    unconfirmed.add("four");
    await turn();
    unconfirmed.add("seven..");
    expect(unconfirmed.byteLength).toBe(11);
    unconfirmed.confirm("1");
    expect(unconfirmed.byteLength).toBe(7);
    unconfirmed.take();
    expect(unconfirmed.byteLength).toBe(0);
  });

  test("are taken once; a pong that comes later finds nothing, and what is added then is kept", async () => {
    const { unconfirmed } = client();
    unconfirmed.add("a");
    unconfirmed.add("b");
    await turn();
    expect(unconfirmed.take()).toEqual(["a", "b"]);
    expect(unconfirmed.take()).toEqual([]);
    unconfirmed.add("c");
    unconfirmed.confirm("2");
    expect(unconfirmed.take()).toEqual(["c"]);
  });
});

test("in any sequence of events, what is kept is what came after the last confirmed ping, in order", async () => {
  const acts = fc.array(fc.constantFrom("add", "turn", "pong", "stray pong"), { maxLength: 80 });
  await fc.assert(
    fc.asyncProperty(acts, async (course) => {
      const sent: string[] = [];
      let asked: { mark: string; upTo: number } | undefined;
      let confirmed = 0;
      const unconfirmed = new Unconfirmed((mark) => {
        expect(asked, "one ping at a time").toBeUndefined();
        asked = { mark, upTo: sent.length };
      });
      for (const act of course) {
        if (act === "add") {
          sent.push(`frame ${sent.length}`);
          unconfirmed.add(`frame ${sent.length - 1}`);
        } else if (act === "turn") await turn();
        else if (act === "stray pong") unconfirmed.confirm("stray");
        else if (asked) {
          const { mark, upTo } = asked;
          asked = undefined;
          confirmed = upTo;
          unconfirmed.confirm(mark);
        }
        const kept = sent.slice(confirmed);
        expect(unconfirmed.byteLength).toBe(kept.join("").length);
      }
      // Whatever is kept has been asked for, or is about to be.
      await turn();
      expect(asked === undefined).toBe(confirmed === sent.length);
      expect(unconfirmed.take()).toEqual(sent.slice(confirmed));
    }),
    { numRuns: 500 },
  );
});
