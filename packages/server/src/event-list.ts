import type { EventType } from "@radist-tech/protocol";
import { withQuery } from "./paths.ts";

export interface EventListOptions<Type extends EventType = EventType> {
  /** The cursor to go on after. Default: from the oldest event that is kept. */
  readonly after?: string | undefined;
  /** At most 1,000. Default 100. */
  readonly limit?: number | undefined;
  /** Only events of these types. */
  readonly types?: readonly Type[] | undefined;
  /** Only events about the call, room, session or project of this id. */
  readonly subject?: string | undefined;
}

export const eventsPath = ({ after, limit, types, subject }: EventListOptions): string =>
  withQuery("/events", { after, limit: limit?.toString(), types: types?.join(","), subject });
