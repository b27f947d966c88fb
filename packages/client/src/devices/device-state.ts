import type { DeviceProblem } from "./device-problem.ts";

/**
 * A microphone or a camera. Off means released: its light is out, and other programs can use it.
 *
 *         switch_on             opened
 *   off ────────────▶ opening ─────────▶ live ──┐ select: opening
 *    ▲                 ▲    │ refused     │     │
 *    │ switch_off      │    ▼             │ ended
 *    └── from all      └── failed ◀───────┘
 *                select, switch_on
 */
export type DeviceState<Track> =
  | { readonly is: "off" }
  | { readonly is: "opening"; readonly attempt: number }
  | { readonly is: "live"; readonly track: Track }
  | { readonly is: "failed"; readonly problem: DeviceProblem };

/** `attempt` numbers each opening, so that the result of a superseded attempt is recognised. */
export type DeviceEvent<Track> =
  | { readonly type: "switch_on"; readonly attempt: number }
  | { readonly type: "switch_off" }
  /** Another device is to be used from now on. */
  | { readonly type: "select"; readonly attempt: number }
  | { readonly type: "opened"; readonly attempt: number; readonly track: Track }
  | { readonly type: "refused"; readonly attempt: number; readonly problem: DeviceProblem }
  /** The track came to its end by itself. */
  | { readonly type: "ended"; readonly track: Track };

export interface DeviceStep<Track> {
  readonly state: DeviceState<Track>;
  /** The device is to be opened, under this number; after the release, since phones cannot open two cameras. */
  readonly open?: number;
  /** This track is to be stopped. */
  readonly release?: Track;
}

export function stepDevice<Track>(state: DeviceState<Track>, event: DeviceEvent<Track>): DeviceStep<Track> {
  const held = state.is === "live" ? { release: state.track } : {};
  switch (event.type) {
    case "switch_on":
      return state.is === "live" || state.is === "opening" ? { state } : opening(event.attempt);
    case "switch_off":
      return { state: { is: "off" }, ...held };
    case "select":
      return state.is === "off" ? { state } : { ...opening(event.attempt), ...held };
    case "opened":
      return awaits(state, event) ? { state: { is: "live", track: event.track } } : { state, release: event.track };
    case "refused":
      return awaits(state, event) ? { state: { is: "failed", problem: event.problem } } : { state };
    case "ended":
      return state.is === "live" && state.track === event.track
        ? { state: { is: "failed", problem: "ended" } }
        : { state };
  }
}

const opening = (attempt: number) => ({ state: { is: "opening", attempt }, open: attempt }) as const;

const awaits = (state: DeviceState<unknown>, { attempt }: { attempt: number }): boolean =>
  state.is === "opening" && state.attempt === attempt;
