import type { Nodes, Plane } from "./nodes.ts";

/** What the first node of a plane has said of outages of its database, in order: that each begins, and that it is over. */
export function outageLog(nodes: Nodes, plane: Plane): ("begins" | "is over")[] {
  // The last line may have been written in part.
  const lines = nodes.process(plane, 0).output.split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const { level, msg } = JSON.parse(line) as { level: string; msg: string };
    if (level === "error" && msg.startsWith("The database is unavailable. ")) return ["begins"];
    return msg === "The database is available again." ? ["is over"] : [];
  });
}
