import { type CallChoreContext, disconnectLostPeers, endIdleCalls, expirePeers } from "@radist-tech/calls";
import type { Chore } from "@radist-tech/runtime";
import { callLimits, type NodeContext } from "../node/context.ts";
import type { EventFanout } from "./event-fanout.ts";

const EVERY_MS = 1_000;

/** Periodic work on calls whose results peers are notified of. */
export function callChores(node: NodeContext, fanout: EventFanout): Chore[] {
  const { connection, lease, metrics } = node;
  const context: CallChoreContext = {
    connection,
    limits: callLimits(node),
    onDone: (steps) => {
      for (const done of steps) fanout.send(done);
    },
  };
  return [
    { name: "expire-call-peers", everyMs: EVERY_MS, run: (signal) => expirePeers(context, signal) },
    { name: "end-idle-calls", everyMs: EVERY_MS, run: (signal) => endIdleCalls(context, signal) },
    {
      name: "disconnect-lost-call-peers",
      everyMs: EVERY_MS,
      async run(signal) {
        if (!lease.mayJudge()) return;
        const count = (steps: Parameters<CallChoreContext["onDone"]>[0]): void => {
          metrics.lostPeers.inc(steps.length);
          context.onDone(steps);
        };
        await disconnectLostPeers({ ...context, onDone: count }, signal);
      },
    },
  ];
}
