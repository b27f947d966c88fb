import { testBusOutage } from "./testing/bus-outage.ts";

testBusOutage({ pairs: 200, windowMs: 10_000, by: "SIGKILL" });
testBusOutage({ pairs: 200, windowMs: 10_000, by: "SIGSTOP" });
