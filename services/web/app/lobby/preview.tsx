import type { DeviceSignals } from "../media/device-signals.ts";
import { CameraButton, MicrophoneButton } from "../media/switches.tsx";
import { Video } from "../media/video.tsx";
import { Icon } from "../ui/icon.tsx";

/** The user's own picture, as in a mirror, with the two switches that matter before a call. */
export function Preview({ devices }: { devices: DeviceSignals }) {
  const camera = devices.camera.value;
  return (
    <div class="preview">
      {camera ? (
        <Video source={camera} label="Your camera" testId="preview" muted mirrored />
      ) : (
        <div class="preview-empty soft">
          <Icon name={devices.isStarting.value ? "camera" : "camera-off"} size={40} />
          <p>{emptyText(devices)}</p>
        </div>
      )}
      <div class="preview-switches">
        <MicrophoneButton devices={devices} />
        <CameraButton devices={devices} />
      </div>
    </div>
  );
}

function emptyText(devices: DeviceSignals): string {
  if (devices.isStarting.value) return "Your browser may ask for permission to use your camera and microphone.";
  return devices.problems.value.camera ? "Your camera is not available" : "Your camera is off";
}
