import type { ClusterNode } from "./cluster.ts";

/** The value of a metric of a node: the sum of its series, or of those that carry a label. */
export async function figure(node: ClusterNode | undefined, name: string, label = ""): Promise<number> {
  const text = await (await fetch(`${node?.url}/metrics`)).text();
  const series = text.matchAll(new RegExp(`^${name}(?:\\{([^}]*)\\})? (\\S+)$`, "gm"));
  return [...series].reduce((sum, [, labels = "", value]) => sum + (labels.includes(label) ? Number(value) : 0), 0);
}
