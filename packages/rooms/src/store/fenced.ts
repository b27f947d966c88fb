/** The room is no longer this node's: another claim came after. */
export class Fenced extends Error {
  constructor() {
    super("Another node has claimed this room.");
    this.name = "Fenced";
  }
}
