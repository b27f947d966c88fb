import { IconButton } from "../ui/button.tsx";
import type { LocalMedia } from "./device-signals.ts";

/** Mutes and unmutes; stands for a missing microphone too, which it tries to open. */
export function MicrophoneButton({ media }: { media: LocalMedia }) {
  const missing = media.audio.value === null;
  const off = media.muted.value || missing;
  return (
    <IconButton
      icon={off ? "mic-off" : "mic"}
      tone={off ? "off" : "plain"}
      label={missing ? "Turn microphone on" : off ? "Unmute" : "Mute"}
      shortcut="M"
      onClick={() => void toggleMicrophone(media)}
      testId="microphone"
    />
  );
}

export function CameraButton({ media }: { media: LocalMedia }) {
  const off = media.camera.value === null;
  return (
    <IconButton
      icon={off ? "camera-off" : "camera"}
      tone={off ? "off" : "plain"}
      label={off ? "Turn camera on" : "Turn camera off"}
      shortcut="V"
      onClick={() => void toggleCamera(media)}
      testId="camera"
    />
  );
}

export async function toggleMicrophone(media: LocalMedia): Promise<void> {
  if (media.audio.value) return media.setMuted(!media.muted.value);
  media.setMuted(false);
  await media.retry("audio");
}

export const toggleCamera = (media: LocalMedia): Promise<void> => media.setCameraOff(media.camera.value !== null);
