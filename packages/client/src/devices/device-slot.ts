import type { DeviceProblem } from "./device-problem.ts";
import { type DeviceEvent, type DeviceState, stepDevice } from "./device-state.ts";
import { SystemMute } from "./system-mute.ts";

/** The result of opening a device. */
export type Opened = { readonly track: MediaStreamTrack } | { readonly problem: DeviceProblem };

export interface DeviceSlotOptions {
  /** Opens the selected device. Never rejects. */
  readonly open: () => Promise<Opened>;
  readonly changed: () => void;
}

/** One microphone or camera: does what {@link stepDevice} says. */
export class DeviceSlot {
  readonly #options: DeviceSlotOptions;
  #state: DeviceState<MediaStreamTrack> = { is: "off" };
  #attempts = 0;

  constructor(options: DeviceSlotOptions) {
    this.#options = options;
  }

  get state(): DeviceState<MediaStreamTrack> {
    return this.#state;
  }

  /** @param open replaces the default, such as to open two devices together */
  switchOn(open?: () => Promise<Opened>): Promise<void> {
    return this.#step({ type: "switch_on", attempt: ++this.#attempts }, open);
  }

  switchOff(): void {
    void this.#step({ type: "switch_off" });
  }

  /** Changes to the selected device, if this one is on. */
  reopen(): Promise<void> {
    return this.#step({ type: "select", attempt: ++this.#attempts });
  }

  async #step(event: DeviceEvent<MediaStreamTrack>, open = this.#options.open): Promise<void> {
    const step = stepDevice(this.#state, event);
    step.release?.stop();
    const isChange = step.state !== this.#state;
    this.#state = step.state;
    if (isChange) this.#options.changed();
    if (step.open === undefined) return;
    const attempt = step.open;
    const opened = await open();
    if ("problem" in opened) return this.#step({ type: "refused", attempt, problem: opened.problem });
    const { track } = opened;
    new SystemMute(this.#options.changed).watch(track);
    // Fires when the device goes, not when the track is stopped by us.
    track.addEventListener("ended", () => void this.#step({ type: "ended", track }), { once: true });
    return this.#step({ type: "opened", attempt, track });
  }
}
