import { dirname } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { newCallToken, newPublicKey, newReconnectToken, newSecretKey } from "@radist-tech/protocol";
import { startProcess } from "@radist-tech/testkit";
import { describe, expect, test } from "vitest";
import { createLogger, type LogFormat, type Logger } from "./logger.ts";

function linesOf(level: string, write: (logger: Logger) => void, format: LogFormat = "json"): string[] {
  const lines: string[] = [];
  write(createLogger({ name: "test", level, format }, { write: (line) => void lines.push(line) }));
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
    const [pretty = ""] = linesOf("info", write, "pretty");
    expect(pretty).toMatch(/INFO|ERROR/);
    for (const secret of [...Object.values(secrets), "the-admin-token"]) expect(pretty).not.toContain(secret);
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

test("a line for people has time, level, name, message and fields, and an error its stack", () => {
  const write = (logger: Logger) => logger.error({ callId: "c", err: new Error("lost") }, "late");
  const [line = ""] = linesOf("info", write, "pretty");
  const [first, ...rest] = stripVTControlCharacters(line).split("\n");
  expect(first).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] ERROR \(test\): late \{"callId":"c"\}$/);
  expect(rest.join("\n")).toMatch(/Error: lost\n +at /);
});

describe("on standard output", () => {
  const INDEX = fileURLToPath(new URL("index.ts", import.meta.url));
  const SCRIPT = `
    const { createLogger } = await import(process.env.INDEX);
    createLogger({ name: "test", format: process.env.LOG_FORMAT }).info({ port: 1 }, "hello");
    process.exit(0);`;
  const args = ["--input-type=module", "--eval", SCRIPT];
  const outputOf = async (command: string, commandArgs: string[], format = "auto"): Promise<string> => {
    const env = { INDEX, LOG_FORMAT: format, SCRIPT };
    const cwd = dirname(INDEX);
    await using started = await startProcess({ command, args: commandArgs, env, cwd });
    expect(await started.exited).toBe(0);
    return stripVTControlCharacters(started.output);
  };
  const PRETTY = /^\[[\d:.]+\] INFO \(test\): hello \{"port":1\}\r?\n$/;

  test("lines are JSON where nobody reads along, unless they are wanted for people", async () => {
    expect(JSON.parse(await outputOf(process.execPath, args))).toMatchObject({ msg: "hello", port: 1 });
    expect(await outputOf(process.execPath, args, "pretty")).toMatch(PRETTY);
  });

  // util-linux's program gives a command a terminal; that of other systems takes other arguments.
  if (process.platform === "linux")
    test("lines are for people on a terminal, unless JSON is wanted", async () => {
      const command = `'${process.execPath}' --input-type=module --eval "$SCRIPT"`;
      const inTerminal = (format: string) => outputOf("script", ["-qec", command, "/dev/null"], format);
      expect(await inTerminal("auto")).toMatch(PRETTY);
      expect(JSON.parse(await inTerminal("json"))).toMatchObject({ msg: "hello", port: 1 });
    });
});
