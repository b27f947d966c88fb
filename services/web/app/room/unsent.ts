import type { PublicationChange } from "@radist-tech/client";
import type { Capture } from "../media/problems.ts";

/** Why the others cannot hear or see the user although the device is on. */
export type Unsent = Readonly<Partial<Record<Capture, Pick<PublicationChange, "problem" | "isRetrying">>>>;

/** What is unsent after a change. */
export function unsentAfter(unsent: Unsent, { source, problem, isRetrying }: PublicationChange): Unsent {
  const kind = (["microphone", "camera"] as const).find((each) => each === source);
  if (!kind) return unsent;
  const { [kind]: _, ...others } = unsent;
  return problem ? { ...others, [kind]: { problem, isRetrying } } : others;
}

const SENSES = { microphone: "hear", camera: "see" } as const satisfies Record<Capture, string>;

/** What to tell the user about a device that is not sent. */
export function unsentText(kind: Capture, { problem, isRetrying }: NonNullable<Unsent[Capture]>): string {
  const outcome = `The others cannot ${SENSES[kind]} you`;
  if (isRetrying) return `${outcome} at the moment: the media server did not accept your ${kind}. Trying again…`;
  if (problem?.code === "not_allowed") return `${outcome}: you are not allowed to use a ${kind} in this room.`;
  if (problem?.code === "too_many")
    return `${outcome}: you have reached this room's limit. Stop sharing something else.`;
  return `${outcome}: your ${kind} could not be sent.`;
}
