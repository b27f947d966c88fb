// An example of the README, which the types check. What the program around it has is declared here.
import type { ListedEvent, RadistServerClient } from "@radist-tech/server";

declare const radist: RadistServerClient;
declare function loadCursor(): Promise<string | undefined>;
declare function storeCursor(cursor: string): Promise<void>;
declare function handle(event: ListedEvent): Promise<void>;

// #region readme
for await (const event of radist.events({ after: await loadCursor(), types: ["call.ended", "usage.session_closed"] })) {
  await handle(event); // { eventId, type, subject, seq, occurredAt, data }
  await storeCursor(event.cursor);
}
// #endregion
