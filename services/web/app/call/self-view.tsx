import type { DeviceSignals } from "../media/device-signals.ts";
import { Video } from "../media/video.tsx";
import { Icon } from "../ui/icon.tsx";

/** The user's own picture, as in a mirror, since that is how people know their face. */
export function SelfView({ devices }: { devices: DeviceSignals }) {
  const camera = devices.camera.value;
  return (
    <div class="self" data-testid="self">
      {camera ? (
        <Video source={camera} label="Your camera" testId="local-video" muted mirrored />
      ) : (
        <span class="self-empty soft">
          <Icon name="camera-off" />
          <span class="visually-hidden">Your camera is off</span>
        </span>
      )}
      {devices.isSilent.value && (
        <span class="self-muted" title="You are muted">
          <Icon name="mic-off" size={16} />
        </span>
      )}
    </div>
  );
}
