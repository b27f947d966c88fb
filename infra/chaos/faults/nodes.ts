import type { Dependency } from "../platform/apart.ts";
import type { Node } from "../platform/nodes.ts";
import type { Fault, Stage } from "../run/stage.ts";

const FROZEN_SECONDS = 15;
const JUMP_SECONDS = 300;

/** Clients of a node that does not answer look for another one: half of them at once, the others in their own time. */
function nudgeHalf({ load, random }: Stage): void {
  for (const caller of load.callers) if (random.below(2) === 0) caller.nudge();
}

function clockOf(node: Node): NonNullable<Node["clock"]> {
  if (!node.clock) throw new Error(`${node.name} has the right clock.`);
  return node.clock;
}

function jump(direction: "ahead" | "back"): Fault {
  return {
    name: `clock-${direction}`,
    what: `the clock of one signaling node jumps 5 minutes ${direction}, and is set right after a while`,
    platform: { clocks: "wall" },
    async run({ platform, random, say, last }) {
      const node = random.pick(platform.nodesOf("signaling"));
      say(`${node.name}'s clock jumps`);
      await clockOf(node).set(direction === "ahead" ? JUMP_SECONDS : -JUMP_SECONDS);
      await last();
      say(`${node.name}'s clock is set right`);
      await clockOf(node).set(0);
    },
  };
}

function partition(name: string, from: readonly Dependency[]): Fault {
  return {
    name: `partition-${name}`,
    what: `one signaling node cannot reach ${from.join(" and ")}, while its clients reach it`,
    platform: { isApart: true },
    unready: ["signaling"],
    async run({ platform, say, last }) {
      const node = platform.nodes.find(({ network }) => network !== undefined);
      if (!node || !platform.apart) throw new Error("No node is apart.");
      say(`${node.name} is cut off from ${from.join(" and ")}`);
      await platform.apart.cutOff(node, from);
      await last();
      say("the partition heals");
      await platform.apart.heal();
    },
  };
}

/** Nodes that stand still, are cut off, or have the wrong time. */
export const nodes: readonly Fault[] = [
  {
    name: "freeze-signaling",
    what: `SIGSTOP of a signaling node for ${FROZEN_SECONDS} s while its clients reconnect elsewhere, then SIGCONT`,
    async run(stage) {
      const { platform, random, say, wait } = stage;
      const node = random.pick(platform.nodesOf("signaling"));
      say(`${node.name} is frozen`);
      node.freeze();
      nudgeHalf(stage);
      await wait(FROZEN_SECONDS);
      say(`${node.name} goes on`);
      node.resume();
    },
  },
  {
    name: "pause-signaling",
    what: `a signaling node's machine is paused for ${FROZEN_SECONDS} s: all its clocks stood still`,
    platform: { clocks: "all" },
    async run(stage) {
      const { platform, random, say, wait } = stage;
      const node = random.pick(platform.nodesOf("signaling"));
      say(`${node.name} is paused`);
      node.freeze();
      nudgeHalf(stage);
      await wait(FROZEN_SECONDS);
      // As it sees the time, nothing has happened.
      await clockOf(node).set(-FROZEN_SECONDS);
      say(`${node.name} goes on`);
      node.resume();
    },
  },
  jump("ahead"),
  jump("back"),
  partition("nats", ["NATS"]),
  partition("postgres", ["Postgres"]),
  partition("both", ["Postgres", "NATS"]),
];
