import type { Plane } from "../platform/nodes.ts";
import type { Fault } from "../run/stage.ts";

/** A node dies as in a power cut; a supervisor starts another one after a while. */
function kill(plane: Plane): Fault {
  return {
    name: `kill-${plane}`,
    what: `kill -9 of one of two ${plane} nodes, back after a while`,
    async run({ platform, random, say, last }) {
      const node = random.pick(platform.nodesOf(plane));
      say(`${node.name} is killed`);
      await node.kill();
      await last();
      say(`${node.name} starts again`);
      await node.start();
    },
  };
}

export const kills: readonly Fault[] = [kill("signaling"), kill("api")];
