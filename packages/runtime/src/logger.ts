import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export const LOG_LEVELS: readonly [string, ...string[]] = LEVELS;

/** Objects that are logged as a whole must not contain credentials. */
const SECRETS = ["authorization", "callToken", "reconnectToken", "secretKey", "adminToken", "headers.authorization"];

/**
 * A key or token wherever it appears: in a URL, in the text of an error, deep within an object. It needs no boundary
 * before it: a line break in JSON ends with the letter n.
 */
const CREDENTIAL = /(rad_[sp]k|ct|rt)_[\w-]{38,}/g;

/**
 * Structured logs, a JSON line each, on standard output. Ids are fields (`projectId callId peerId nodeId`);
 * credentials are never logged.
 */
export function createLogger(options: { name: string; level?: string }, destination?: DestinationStream): Logger {
  const settings = {
    name: options.name,
    level: options.level ?? "info",
    redact: { paths: SECRETS.flatMap((path) => [path, `*.${path}`]), censor: "[secret]" },
    hooks: { streamWrite: (line: string) => line.replace(CREDENTIAL, "$1_[secret]") },
    base: {},
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination ? pino(settings, destination) : pino(settings);
}
