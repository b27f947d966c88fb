import { useEffect, useId } from "preact/hooks";
import "../ui/field.css";
import "./device-pickers.css";
import { devices, watchDevices } from "./devices.ts";
import { LevelMeter } from "./level-meter.tsx";
import type { LocalMedia } from "./device-signals.ts";
import type { MediaKind } from "./advice.ts";

/** Microphone and camera to use, with a meter that shows whether the microphone hears anything. */
export function DevicePickers({ media }: { media: LocalMedia }) {
  useEffect(watchDevices, []);
  const audio = media.audio.value;
  return (
    <div class="device-pickers">
      <Picker kind="audio" label="Microphone" media={media} inUse={audio} />
      {audio && <LevelMeter track={audio} />}
      <Picker kind="video" label="Camera" media={media} inUse={media.camera.value} />
    </div>
  );
}

interface PickerProps {
  readonly kind: MediaKind;
  readonly label: string;
  readonly media: LocalMedia;
  readonly inUse: MediaStreamTrack | null;
}

function Picker({ kind, label, media, inUse }: PickerProps) {
  const id = useId();
  const found = devices.value[kind];
  // Without a permission browsers name no devices, which does not mean that there are none.
  if (found.length === 0) return null;
  const chosen = inUse?.getSettings().deviceId ?? media.choice.value[kind] ?? "";
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen}
        onChange={(event) => void media.choose(kind, event.currentTarget.value)}
        data-testid={`${kind}-device`}
      >
        {found.map((device) => (
          <option key={device.id} value={device.id}>
            {device.label}
          </option>
        ))}
      </select>
    </div>
  );
}
