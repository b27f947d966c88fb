import { canChooseSpeaker, type DeviceKind } from "@radist-tech/client";
import { useId } from "preact/hooks";
import "../ui/field.css";
import "./device-pickers.css";
import type { DeviceSignals } from "./device-signals.ts";
import { LevelMeter } from "./level-meter.tsx";

/** The devices to use, with a meter that shows whether the microphone picks anything up. */
export function DevicePickers({ devices }: { devices: DeviceSignals }) {
  const microphone = devices.microphone.value;
  return (
    <div class="device-pickers">
      <Picker kind="microphone" label="Microphone" devices={devices} track={microphone} />
      {microphone && <LevelMeter track={microphone} />}
      <Picker kind="camera" label="Camera" devices={devices} track={devices.camera.value} />
      {canChooseSpeaker() && <Picker kind="speaker" label="Speaker" devices={devices} track={undefined} />}
    </div>
  );
}

interface PickerProps {
  readonly kind: DeviceKind;
  readonly label: string;
  readonly devices: DeviceSignals;
  /** Of the device in use. */
  readonly track: MediaStreamTrack | undefined;
}

function Picker({ kind, label, devices, track }: PickerProps) {
  const id = useId();
  const { available, selected } = devices.state.value;
  const found = available[kind];
  // Without a permission browsers name no devices, which does not mean that there are none.
  if (found.length === 0) return null;
  const chosen = track?.getSettings().deviceId ?? selected[kind]?.id ?? found[0]?.id;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen}
        onChange={(event) => void devices.local.select(kind, event.currentTarget.value)}
        data-testid={`${kind}-device`}
      >
        {found.map((device, index) => (
          <option key={device.id} value={device.id}>
            {device.label || `${label} ${index + 1}`}
          </option>
        ))}
      </select>
    </div>
  );
}
