import type { DeviceProblem, LocalDevicesState } from "@radist-tech/client";

export type Capture = "microphone" | "camera";
export type DeviceProblems = Readonly<Partial<Record<Capture, DeviceProblem>>>;

const KINDS: readonly Capture[] = ["camera", "microphone"];

type Found = Readonly<Record<Capture, Pick<LocalDevicesState["camera"], "problem">>>;

export const problemsOf = (state: Found): DeviceProblems =>
  Object.fromEntries(KINDS.flatMap((kind) => (state[kind].problem ? [[kind, state[kind].problem]] : [])));

/** Whether there is a problem that the user has not put aside. */
export const hasNew = (problems: DeviceProblems, accepted: DeviceProblems): boolean =>
  KINDS.some((kind) => problems[kind] !== undefined && problems[kind] !== accepted[kind]);

/** A problem that was solved and comes back is a new one. */
export const acceptedStill = (accepted: DeviceProblems, problems: DeviceProblems): DeviceProblems =>
  KINDS.some((kind) => accepted[kind] !== undefined && accepted[kind] !== problems[kind])
    ? Object.fromEntries(
        KINDS.flatMap((kind) => (accepted[kind] === problems[kind] && accepted[kind] ? [[kind, accepted[kind]]] : [])),
      )
    : accepted;

/** What to say: one notice for both devices when they have the same problem. */
export function noticesFor(problems: DeviceProblems): { kinds: readonly Capture[]; problem: DeviceProblem }[] {
  const { microphone, camera } = problems;
  if (camera && camera === microphone) return [{ kinds: KINDS, problem: camera }];
  return KINDS.flatMap((kind) => {
    const problem = problems[kind];
    return problem ? [{ kinds: [kind], problem }] : [];
  });
}
