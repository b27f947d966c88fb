import { describe, expect, onTestFinished, test } from "vitest";
import type { Bus } from "./bus.ts";
import {
  BusUnavailable,
  DeadlineExceeded,
  InvalidSubject,
  MessageTooLarge,
  NoResponders,
  RemoteFailure,
} from "./errors.ts";
import type { BusLogger } from "./logger.ts";
import { heard, RecordingLogger, text, utf8 } from "./testing.ts";

/** Two ends of one bus, on a subject space of their own: two connections, or twice the same where there are none. */
export interface BusPair extends AsyncDisposable {
  readonly one: Bus;
  readonly other: Bus;
}

export type OpenPair = (logger: BusLogger) => Promise<BusPair>;

const SOON = { deadlineMs: 10_000 };

/** What every bus guarantees. */
export function busContract(open: OpenPair): void {
  async function pair() {
    const logger = new RecordingLogger();
    const buses = await open(logger);
    onTestFinished(() => buses[Symbol.asyncDispose]());
    return { one: buses.one, other: buses.other, logger };
  }

  describe("publish and subscribe", () => {
    test("a message reaches the other end, and its own", async () => {
      const { one, other } = await pair();
      const [far, near] = [heard(), heard()];
      await other.subscribe("greeting", far.handler);
      await one.subscribe("greeting", near.handler);
      one.publish("greeting", utf8("hello"));
      expect(await far.next()).toEqual(["greeting", "hello"]);
      expect(await near.next()).toEqual(["greeting", "hello"]);
    });

    test("10,000 messages of a publisher arrive complete and in order", async () => {
      const { one, other } = await pair();
      const listener = heard();
      await other.subscribe("count", listener.handler);
      for (let n = 0; n < 10_000; n += 1) one.publish("count", utf8(String(n)));
      await listener.count(10_000);
      expect(listener.texts).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)));
    });

    test("`*` stands for one token and `>` for the rest", async () => {
      const { one, other } = await pair();
      const [star, rest, all] = [heard(), heard(), heard()];
      await other.subscribe("node.*.events", star.handler);
      await other.subscribe("node.>", rest.handler);
      await other.subscribe(">", all.handler);
      for (const subject of ["node.a.events", "node.a", "node", "node.a.b.events", "end"])
        one.publish(subject, utf8(""));
      await all.count(5);
      expect(star.subjects).toEqual(["node.a.events"]);
      expect(rest.subjects).toEqual(["node.a.events", "node.a", "node.a.b.events"]);
    });

    test("delivery is asynchronous", async () => {
      const { one } = await pair();
      const listener = heard();
      await one.subscribe("later", listener.handler);
      one.publish("later", utf8("x"));
      expect(listener.texts).toEqual([]);
      await listener.count(1);
    });

    test("bytes are isolated between sender and receivers", async () => {
      const { one, other } = await pair();
      const received: Uint8Array[] = [];
      const scribble = (data: Uint8Array) => {
        received.push(new Uint8Array(data));
        data.fill(0);
      };
      const last = heard();
      await one.subscribe("bytes", scribble);
      await other.subscribe("bytes", scribble);
      await other.subscribe("last", last.handler);
      await one.subscribe("last", last.handler);
      const data = Buffer.from("precious");
      one.publish("bytes", data);
      data.fill(1);
      one.publish("last", utf8(""));
      await last.count(2);
      expect(received.map(text)).toEqual(["precious", "precious"]);
      expect([...data]).toEqual(Array(8).fill(1));
    });

    test("an unsubscribed handler hears nothing more, its neighbour does", async () => {
      const { one, other } = await pair();
      const [gone, stays] = [heard(), heard()];
      const subscription = await other.subscribe("news", gone.handler);
      await other.subscribe("news", stays.handler);
      one.publish("news", utf8("1"));
      await gone.count(1);
      await subscription.unsubscribe();
      await subscription.unsubscribe();
      one.publish("news", utf8("2"));
      await stays.count(2);
      expect(gone.texts).toEqual(["1"]);
    });

    test("a handler that throws, or rejects, is logged and keeps its subscription", async () => {
      const { one, other, logger } = await pair();
      const listener = heard();
      await other.subscribe("fragile", (data, subject) => {
        listener.handler(data, subject);
        throw new Error("broken handler");
      });
      await other.subscribe("fragile", async () => {
        throw new Error("broken promise");
      });
      one.publish("fragile", utf8("1"));
      one.publish("fragile", utf8("2"));
      await listener.count(2);
      await logger.includes("broken handler");
      await logger.includes("broken promise");
    });

    test("malformed subjects and oversized messages are refused", async () => {
      const { one } = await pair();
      for (const subject of ["", ".", "a..b", "a b", "a\r\nPUB x", "a.*", "a.>", "a."]) {
        expect(() => one.publish(subject, utf8("")), subject).toThrow(InvalidSubject);
      }
      for (const pattern of ["", "a..b", "a.>.b", "a*", "a b"]) {
        await expect(
          one.subscribe(pattern, () => {}),
          pattern,
        ).rejects.toThrow(InvalidSubject);
      }
      expect(() => one.publish("big", new Uint8Array(1024 * 1024 + 1))).toThrow(MessageTooLarge);
    });
  });

  describe("request and respond", () => {
    test("a request is answered", async () => {
      const { one, other } = await pair();
      await other.respond("upper.*", (data, subject) => utf8(`${subject} ${text(data).toUpperCase()}`));
      expect(text(await one.request("upper.case", utf8("hello"), SOON))).toBe("upper.case HELLO");
      await other.respond("empty", async () => new Uint8Array());
      expect(await one.request("empty", utf8(""), SOON)).toHaveLength(0);
    });

    test("500 requests at once each get their own answer", async () => {
      const { one, other } = await pair();
      await other.respond("echo", async (data) => data);
      const asked = Array.from({ length: 500 }, (_, n) => String(n));
      const answers = await Promise.all(asked.map((n) => one.request("echo", utf8(n), SOON)));
      expect(answers.map(text)).toEqual(asked);
    });

    test("without responders it fails at once, also after the last one is gone", async () => {
      const { one, other } = await pair();
      await expect(one.request("nobody", utf8(""), SOON)).rejects.toThrow(NoResponders);
      const subscription = await other.respond("nobody", (data) => data);
      await one.request("nobody", utf8(""), SOON);
      await subscription.unsubscribe();
      await expect(one.request("nobody", utf8(""), SOON)).rejects.toThrow(NoResponders);
    });

    test("without an answer it fails by its deadline", async () => {
      const { one, other } = await pair();
      const end = Promise.withResolvers<Uint8Array>();
      await other.respond("mute", () => end.promise);
      await expect(one.request("mute", utf8(""), { deadlineMs: 50 })).rejects.toThrow(DeadlineExceeded);
      await other.subscribe("only.heard", () => {});
      await expect(one.request("only.heard", utf8(""), { deadlineMs: 50 })).rejects.toThrow(DeadlineExceeded);
      end.resolve(utf8("too late"));
    });

    test("a responder that throws fails the request, without its reason, and goes on", async () => {
      const { one, other, logger } = await pair();
      await other.respond("moody", (data) => {
        if (text(data) === "bad") throw new Error("secret reason");
        return data;
      });
      const failure = await one.request("moody", utf8("bad"), SOON).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RemoteFailure);
      expect(String(failure)).not.toContain("secret");
      await logger.includes("secret reason");
      expect(text(await one.request("moody", utf8("good"), SOON))).toBe("good");
    });

    test("an answer over the limit is a failure of the responder", async () => {
      const { one, other } = await pair();
      await other.respond("big", () => new Uint8Array(1024 * 1024 + 1));
      await expect(one.request("big", utf8(""), SOON)).rejects.toThrow(RemoteFailure);
    });

    test("several responders share, each request goes to one", async () => {
      const { one, other } = await pair();
      const asked = heard();
      const answer = (data: Uint8Array, subject: string) => {
        asked.handler(data, subject);
        return data;
      };
      await one.respond("shared.*", answer);
      await other.respond("shared.*", answer);
      await other.respond("shared.x", answer);
      for (let n = 0; n < 50; n += 1) await one.request("shared.x", utf8(String(n)), SOON);
      expect(asked.texts).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
    });
  });

  describe("close", () => {
    test("refuses everything afterwards, is heard of and idempotent", async () => {
      const { one } = await pair();
      const statuses: boolean[] = [];
      one.onStatus((connected) => statuses.push(connected));
      expect(one.connected).toBe(true);
      await Promise.all([one.close(), one.close()]);
      await one.close();
      expect(one.connected).toBe(false);
      expect(statuses).toEqual([false]);
      expect(() => one.publish("x", utf8(""))).toThrow(BusUnavailable);
      await expect(one.subscribe("x", () => {})).rejects.toThrow(BusUnavailable);
      await expect(one.respond("x", (data) => data)).rejects.toThrow(BusUnavailable);
      await expect(one.request("x", utf8(""), SOON)).rejects.toThrow(BusUnavailable);
    });

    test("what was published before is delivered", async () => {
      const { one, other } = await pair();
      const listener = heard();
      await other.subscribe("last", listener.handler);
      for (let n = 0; n < 1_000; n += 1) one.publish("last", utf8(String(n)));
      await one.close();
      await listener.count(1_000);
    });

    test("fails requests that wait", async () => {
      const { one, other } = await pair();
      const asked = heard();
      await other.subscribe("mute", asked.handler);
      const failing = expect(one.request("mute", utf8(""), { deadlineMs: 60_000 })).rejects.toThrow(BusUnavailable);
      await asked.count(1);
      await one.close();
      await failing;
    });

    test("lets a responder finish what it began", async () => {
      const { one, other } = await pair();
      const begun = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      await other.respond("slow", async (data) => {
        begun.resolve();
        await goOn.promise;
        return data;
      });
      const answer = one.request("slow", utf8("done"), SOON);
      await begun.promise;
      const closing = other.close();
      goOn.resolve();
      expect(text(await answer)).toBe("done");
      await closing;
    });
  });
}
