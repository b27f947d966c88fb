import { Instant, UsageInterval } from "@radist-tech/protocol";
import { z } from "zod";

/** Which usage is asked for. */
export const UsageQuery = z.object({
  from: Instant.optional().meta({ description: "Default: 24 hours before `to` by the hour, 30 days by the day." }),
  to: Instant.optional().meta({ description: "Default: now." }),
  interval: UsageInterval.default("day"),
});
