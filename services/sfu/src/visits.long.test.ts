import { test } from "vitest";
import { leaveNothingBehind } from "./testing/visits.ts";

test("4,000 visits, ended cleanly and abruptly, leave everything as it was", { timeout: 1_200_000 }, () =>
  leaveNothingBehind(4_000),
);
