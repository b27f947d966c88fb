import type { NodeId } from "@radist-tech/protocol";

/** A later process has claimed this process's node id: two under one id would fence each other for ever. */
export class Superseded extends Error {
  constructor(nodeId: NodeId) {
    super(`Another process was started with the node id ${nodeId}. Give each process a NODE_ID of its own.`);
    this.name = "Superseded";
  }
}
