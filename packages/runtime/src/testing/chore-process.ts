import process from "node:process";
import { connect } from "@radist-tech/db";
import { newNodeId } from "@radist-tech/protocol";
import { startChores } from "../chores.ts";
import { createLogger } from "../logger.ts";
import { createRegistry } from "../metrics.ts";

// A node in a process of its own, to be killed while it does a chore: says that it does, and never ends it.
const { DATABASE_URL = "", CHORE = "" } = process.env;
startChores(
  {
    connection: await connect(DATABASE_URL),
    nodeId: newNodeId(),
    logger: createLogger({ name: "chore-process", level: "info" }),
    registry: createRegistry("test"),
  },
  [
    {
      name: CHORE,
      everyMs: 10,
      run: () => {
        process.stdout.write("doing it\n");
        return new Promise(() => {});
      },
    },
  ],
);
setInterval(() => {}, 60_000);
