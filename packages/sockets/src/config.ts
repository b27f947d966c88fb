import { authConfig, integer } from "@radist-tech/runtime";
import { iceSettings } from "./ice/settings.ts";

const HOUR_MS = 3_600_000;

/** The settings of a plane with WebSockets; everything has a default. */
export const socketConfig = {
  ...authConfig,
  ...iceSettings,
  /** How often the database's rows under this node's name are compared with what it holds: two comparisons mend a row. */
  COMPARE_ROWS_MS: integer(10, HOUR_MS).default(10_000),
  PING_INTERVAL_MS: integer(10, HOUR_MS).default(10_000),
  /** After this long without a sign of life a socket counts as lost. */
  SOCKET_TIMEOUT_MS: integer(20, HOUR_MS).default(25_000),
  /** Messages that a socket may send: per second in the long run, and in a burst. */
  MESSAGES_PER_SECOND: integer(1, 1_000_000).default(50),
  MESSAGE_BURST: integer(1, 1_000_000).default(200),
  /** A socket that exceeds its rate for this long is closed. */
  RATE_LIMIT_PATIENCE_MS: integer(0, HOUR_MS).default(5_000),
  /** Unsent bytes at which a socket counts as too slow; in rooms the largest unsent message does not count. */
  MAX_UNSENT_BYTES: integer(1024, 1024 * 1024 * 1024).default(1024 * 1024),
};
