import { computed, signal } from "@preact/signals";
import { type DeviceStorage, LocalDevices } from "@radist-tech/client";
import { acceptedStill, type DeviceProblems, hasNew, problemsOf } from "./problems.ts";

/** The user's microphone and camera as signals, for the views. */
export class DeviceSignals {
  /** Settings are kept in this tab: a reload must not turn on what was off. */
  readonly local = new LocalDevices({ storage: tabStorage() });
  readonly state = signal(this.local.state);
  readonly camera = computed(() => this.state.value.camera.track);
  readonly microphone = computed(() => this.state.value.microphone.track);
  /** Whether a headset's key, a phone call or the system has muted the microphone. */
  readonly isMutedBySystem = computed(() => this.state.value.microphone.isMutedBySystem);
  /** Whether the user cannot be heard: muted, or without a microphone. */
  readonly isSilent = computed(
    () => this.state.value.isMuted || this.isMutedBySystem.value || this.microphone.value === undefined,
  );
  readonly isStarting = computed(() => this.state.value.microphone.isOpening || this.state.value.camera.isOpening);
  readonly speakerId = computed(() => this.state.value.selected.speaker?.id ?? "");
  readonly problems = computed(() => problemsOf(this.state.value));
  readonly hasNewProblems = computed(() => hasNew(this.problems.value, this.#accepted.value));
  /** The problems that the user has seen and put aside. */
  readonly #accepted = signal<DeviceProblems>({});

  constructor() {
    // As long as this object lives, which is as long as its devices do.
    this.local.on("change", (state) => {
      this.state.value = state;
      this.#accepted.value = acceptedStill(this.#accepted.peek(), this.problems.peek());
    });
  }

  hasProblems(): boolean {
    return hasNew(this.problems.peek(), {});
  }

  acceptProblems(): void {
    this.#accepted.value = this.problems.peek();
  }

  /** Mutes or unmutes; opens the microphone if there is none. */
  async toggleMicrophone(): Promise<void> {
    if (this.microphone.peek()) return this.local.setMuted(!this.state.peek().isMuted);
    this.local.setMuted(false);
    await this.local.retry("microphone");
  }

  toggleCamera(): Promise<void> {
    return this.local.setCameraOff(this.camera.peek() !== undefined);
  }
}

function tabStorage(): DeviceStorage | null {
  try {
    return sessionStorage;
  } catch {
    // The user has forbidden it.
    return null;
  }
}
