import { newCallToken, newPublicKey, newReconnectToken, newSecretKey } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { createLogger, type Logger } from "./logger.ts";

function linesOf(level: string, write: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  write(createLogger({ name: "test", level }, { write: (line) => void lines.push(line) }));
  return lines;
}

describe("credentials are in no line", () => {
  const secrets = {
    publicKey: newPublicKey(),
    secretKey: newSecretKey(),
    callToken: newCallToken(),
    reconnectToken: newReconnectToken(),
  };
  const { publicKey, secretKey, callToken, reconnectToken } = secrets;
  const bearer = "Bearer the-admin-token";

  test.each<[string, (logger: Logger) => void]>([
    ["as fields", (logger) => logger.info({ ...secrets, authorization: bearer })],
    ["one level down", (logger) => logger.info({ body: secrets, request: { headers: { authorization: bearer } } })],
    ["headers alone", (logger) => logger.info({ headers: { authorization: bearer } })],
    ["deep down", (logger) => logger.info({ a: { b: { c: { d: secrets } } } })],
    ["in a list", (logger) => logger.info({ callTokens: [callToken, reconnectToken], keys: [{ key: secretKey }] })],
    ["in a message", (logger) => logger.info(`joined by ${callToken}, back by ${reconnectToken}, key ${secretKey}`)],
    ["on a line of their own", (logger) => logger.info(`keys:\n${secretKey}\n${publicKey}\n\t${callToken}`)],
    ["in a message's parameters", (logger) => logger.info("joined by %s", callToken)],
    ["in a URL", (logger) => logger.info({ url: `/ws?callToken=${callToken}&reconnectToken=${reconnectToken}` })],
    ["in an error", (logger) => logger.error({ err: new Error(`bad ${secretKey}`, { cause: new Error(callToken) }) })],
    [
      "in an error's fields",
      (logger) => logger.error({ err: Object.assign(new Error("bad"), { params: [reconnectToken] }) }),
    ],
    ["as a name", (logger) => logger.info({ [callToken]: 1 })],
    ["of a child", (logger) => logger.child({ callToken, nested: { value: secretKey } }).info("hello")],
  ])("%s", (_where, write) => {
    const [line = ""] = linesOf("info", write);
    expect(() => JSON.parse(line)).not.toThrow();
    for (const secret of [...Object.values(secrets), "the-admin-token"]) {
      expect(line).not.toContain(secret);
      expect(line).not.toContain(secret.slice(10, 30));
    }
  });

  test("ids stay", () => {
    const ids = { peerId: "peer_a1b2c3d4e5f6g7h8", callId: "550e8400-e29b-41d4-a716-446655440000" };
    const [line = ""] = linesOf("info", (logger) => logger.info(ids));
    expect(JSON.parse(line)).toMatchObject(ids);
  });
});

test("a line is JSON with name, level, time and message", () => {
  const [line = ""] = linesOf("info", (logger) => logger.warn({ callId: "c" }, "late"));
  expect(JSON.parse(line)).toEqual({
    level: "warn",
    name: "test",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    callId: "c",
    msg: "late",
  });
});

test("what is below the level is not written", () => {
  expect(linesOf("warn", (logger) => logger.info("hush"))).toEqual([]);
  expect(linesOf("silent", (logger) => logger.fatal("hush"))).toEqual([]);
});
