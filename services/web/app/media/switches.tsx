import { IconButton } from "../ui/button.tsx";
import type { DeviceSignals } from "./device-signals.ts";

/** Mutes or unmutes; opens the microphone if there is none. */
export function MicrophoneButton({ devices }: { devices: DeviceSignals }) {
  const isMissing = devices.microphone.value === undefined;
  const isSilent = devices.isSilent.value;
  return (
    <IconButton
      icon={isSilent ? "mic-off" : "mic"}
      tone={isSilent ? "off" : "plain"}
      label={isMissing ? "Turn on microphone" : isSilent ? "Unmute" : "Mute"}
      shortcut="M"
      onClick={() => void devices.toggleMicrophone()}
      testId="microphone"
    />
  );
}

export function CameraButton({ devices }: { devices: DeviceSignals }) {
  const isOff = devices.camera.value === undefined;
  return (
    <IconButton
      icon={isOff ? "camera-off" : "camera"}
      tone={isOff ? "off" : "plain"}
      label={isOff ? "Turn on camera" : "Turn off camera"}
      shortcut="V"
      onClick={() => void devices.toggleCamera()}
      testId="camera"
    />
  );
}
