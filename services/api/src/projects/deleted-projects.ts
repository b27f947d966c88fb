import { deletedProjectsWithCalls, endSomeCalls } from "@radist-tech/calls";
import type { Connection } from "@radist-tech/db";
import type { Chore } from "@radist-tech/runtime";
import type { Announcements } from "../announcements.ts";

const EVERY_MS = 5_000;

/** Ends the calls that a deletion left open, because there were too many of them, or because it was interrupted. */
export const deletedProjects = (connection: Connection, announcements: Announcements): Chore => ({
  name: "deleted-projects",
  everyMs: EVERY_MS,
  async run(signal) {
    for (const projectId of await deletedProjectsWithCalls(connection)) {
      while (!signal.aborted && (await endSomeCalls(connection, projectId)));
      announcements.tellCalls({ type: "project_deleted", projectId });
    }
  },
});
