import process from "node:process";
import { type DestinationStream, type Logger, pino } from "pino";
import { prettyFactory } from "pino-pretty";

export type { Logger };

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const LOG_LEVELS: readonly [string, ...string[]] = LEVELS;

export const LOG_FORMATS = ["auto", "json", "pretty"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Of the terminal's own time zone. */
const TIME = "SYS:HH:MM:ss.l";

/** Objects that are logged as a whole must not contain credentials. */
const SECRETS = ["authorization", "callToken", "reconnectToken", "secretKey", "adminToken", "headers.authorization"];

/**
 * A key or token wherever it appears: in a URL, in the text of an error, deep within an object. It needs no boundary
 * before it: a line break in JSON ends with the letter n.
 */
const CREDENTIAL = /(rad_[sp]k|ct|rt)_[\w-]{38,}/g;

export interface LoggerOptions {
  readonly name: string;
  readonly level?: string;
  /** Default `auto`: `pretty` where standard output is a terminal, `json` elsewhere. */
  readonly format?: LogFormat;
}

/**
 * Structured logs on standard output, a JSON object a line, or readable lines for a terminal. Ids are fields
 * (`projectId callId peerId nodeId`); credentials are never logged.
 */
export function createLogger(options: LoggerOptions, destination?: DestinationStream): Logger {
  const { name, level = "info", format = "auto" } = options;
  const settings = {
    name,
    level,
    redact: { paths: SECRETS.flatMap((path) => [path, `*.${path}`]), censor: "[secret]" },
    hooks: { streamWrite: (line: string) => line.replace(CREDENTIAL, "$1_[secret]") },
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const isPretty = format === "auto" ? process.stdout.isTTY : format === "pretty";
  if (!isPretty) return destination ? pino(settings, destination) : pino(settings);
  // Synchronous, so that lines stand where they were written among those that do not come from here.
  const output = destination ?? pino.destination({ dest: 1, sync: true });
  const pretty = prettyFactory({ translateTime: TIME, singleLine: true });
  return pino(settings, { write: (line) => output.write(pretty(line)) });
}
