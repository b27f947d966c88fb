import { test } from "vitest";
import { leaveNothingBehind } from "./testing/visits.ts";

test("60 visits, ended cleanly and abruptly, leave everything as it was", () => leaveNothingBehind(60));
