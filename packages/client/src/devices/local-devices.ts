import { Emitter } from "../core/emitter.ts";
import { type DeviceKind, type DeviceList, enumerateDevices, NO_DEVICES, watchDevices } from "./device-list.ts";
import { DeviceMemory, type DeviceSettings, type DeviceStorage } from "./device-memory.ts";
import type { DeviceProblem } from "./device-problem.ts";
import { DeviceSlot } from "./device-slot.ts";
import { type CaptureKind, openBoth, openDevice } from "./open-device.ts";

export interface LocalDevicesOptions {
  /** Where settings are kept. Default: `localStorage`; null: only as long as the page lives. */
  readonly storage?: DeviceStorage | null;
}

/** A microphone or a camera, as it is now. */
export interface LocalDevice {
  /** Undefined while it is off or being opened, and while it has a problem. */
  readonly track: MediaStreamTrack | undefined;
  /** Silenced by a headset's key, a phone call or the system, which only they can undo. */
  readonly isMutedBySystem: boolean;
  /** The user is being asked for permission, or the device is starting. */
  readonly isOpening: boolean;
  /** Why there is no track although the device is switched on. */
  readonly problem: DeviceProblem | undefined;
}

export interface LocalDevicesState extends DeviceSettings {
  readonly microphone: LocalDevice;
  readonly camera: LocalDevice;
  /** The devices of this machine, as far as the browser lists them. */
  readonly available: DeviceList;
}

interface LocalDevicesEvents {
  /** Some part of the state has changed. */
  change: LocalDevicesState;
}

/**
 * The user's microphone and camera: for a preview before joining, and then sent with {@link sendDevices}.
 *
 * Switching the camera off releases it, so that its light goes out; muting only silences the microphone, so that speaking
 * again is instant. A device that is missing or refused has a `problem` in the state, and the other one works without it:
 * without a camera there is sound only. Settings are remembered, and a device that was unplugged is replaced when one is plugged in.
 *
 * @example
 * const devices = new LocalDevices();
 * devices.on("change", ({ camera }) => { preview.srcObject = camera.track ? new MediaStream([camera.track]) : null; });
 * await devices.start();
 * const connection = await radist.createConnection({ callToken, channels: ["audio", "video"], localStream: devices.stream });
 * sendDevices(connection, devices);
 */
export class LocalDevices {
  readonly #events = new Emitter<LocalDevicesEvents>();
  readonly #memory: DeviceMemory;
  readonly #slots: Readonly<Record<CaptureKind, DeviceSlot>>;
  #settings: DeviceSettings;
  #available = NO_DEVICES;
  #state: LocalDevicesState;
  #unwatch: (() => void) | undefined;
  /** The microphone's track, and whether it was told to be silent. */
  #silenced: { readonly track: MediaStreamTrack | undefined; readonly isMuted: boolean } = {
    track: undefined,
    isMuted: false,
  };

  constructor({ storage }: LocalDevicesOptions = {}) {
    this.#memory = new DeviceMemory(storage);
    this.#settings = this.#memory.load();
    const slot = (kind: CaptureKind) =>
      new DeviceSlot({
        open: () => openDevice(kind, this.#settings.selected[kind]),
        changed: () => this.#changed(),
      });
    this.#slots = { microphone: slot("microphone"), camera: slot("camera") };
    this.#state = this.#describe();
  }

  /** A new object whenever something has changed. */
  get state(): LocalDevicesState {
    return this.#state;
  }

  /** The current tracks, for `localStream`; a new stream each time. */
  get stream(): MediaStream {
    const { microphone, camera } = this.#state;
    return new MediaStream([microphone.track, camera.track].filter((track) => track !== undefined));
  }

  /** Listens to an event; the returned function stops that. */
  on<Name extends keyof LocalDevicesEvents>(
    name: Name,
    listener: (payload: LocalDevicesEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Opens the devices that are switched on, with a single prompt. Never rejects: a failure is a `problem` in the state. */
  async start(): Promise<void> {
    this.#unwatch ??= watchDevices(() => void this.#devicesChanged());
    const { microphone, camera } = this.#slots;
    if (this.#settings.isCameraOff || camera.state.is === "live" || microphone.state.is === "live") {
      await Promise.all([microphone.switchOn(), this.#settings.isCameraOff ? undefined : camera.switchOn()]);
    } else {
      const both = openBoth(this.#settings.selected);
      await Promise.all([
        microphone.switchOn(async () => (await both).microphone),
        camera.switchOn(async () => (await both).camera),
      ]);
    }
    // Browsers reveal the names of devices only after a permission.
    await this.#list();
  }

  /** Silences the microphone, or opens it again; the device stays in use. */
  setMuted(isMuted: boolean): void {
    this.#remember({ isMuted });
  }

  /** Releases the camera, so that its light goes out, or opens it. Never rejects. */
  async setCameraOff(isCameraOff: boolean): Promise<void> {
    this.#remember({ isCameraOff });
    if (isCameraOff) return this.#slots.camera.switchOff();
    await this.#slots.camera.switchOn();
    await this.#list();
  }

  /** Uses another device, at once where the present one is in use. Never rejects. */
  async select(kind: DeviceKind, deviceId: string): Promise<void> {
    const device = this.#available[kind].find(({ id }) => id === deviceId) ?? { id: deviceId, label: "" };
    this.#remember({ selected: { ...this.#settings.selected, [kind]: device } });
    if (kind !== "speaker") await this.#slots[kind].reopen();
  }

  /** Tries a device again that has a problem. Never rejects. */
  async retry(kind: CaptureKind): Promise<void> {
    if (kind === "camera" && this.#settings.isCameraOff) return;
    await this.#slots[kind].switchOn();
    await this.#list();
  }

  /** Releases everything. {@link start} opens it again. */
  stop(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#slots.microphone.switchOff();
    this.#slots.camera.switchOff();
  }

  async #devicesChanged(): Promise<void> {
    await this.#list();
    for (const kind of ["microphone", "camera"] as const) {
      const { state } = this.#slots[kind];
      const isLost = state.is === "failed" && state.problem === "ended";
      if (isLost && this.#available[kind].length > 0) await this.#slots[kind].switchOn();
    }
  }

  async #list(): Promise<void> {
    this.#available = await enumerateDevices();
    this.#changed();
  }

  #remember(change: Partial<DeviceSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#memory.save(this.#settings);
    this.#changed();
  }

  #changed(): void {
    this.#silence();
    this.#state = this.#describe();
    this.#events.emit("change", this.#state);
  }

  /** Only when something is new: until then a track that others have silenced stays silent. */
  #silence(): void {
    const { state } = this.#slots.microphone;
    const { isMuted } = this.#settings;
    const track = state.is === "live" ? state.track : undefined;
    if (track === this.#silenced.track && isMuted === this.#silenced.isMuted) return;
    this.#silenced = { track, isMuted };
    if (track) track.enabled = !isMuted;
  }

  #describe(): LocalDevicesState {
    const describe = ({ state }: DeviceSlot): LocalDevice => ({
      track: state.is === "live" ? state.track : undefined,
      isMutedBySystem: state.is === "live" && state.track.muted,
      isOpening: state.is === "opening",
      problem: state.is === "failed" ? state.problem : undefined,
    });
    const { microphone, camera } = this.#slots;
    return {
      ...this.#settings,
      microphone: describe(microphone),
      camera: describe(camera),
      available: this.#available,
    };
  }
}
