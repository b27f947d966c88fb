import type { LocalMedia } from "../media/device-signals.ts";
import { CameraButton, MicrophoneButton } from "../media/switches.tsx";
import { Video } from "../media/video.tsx";
import { Icon } from "../ui/icon.tsx";

/** The own picture as in a mirror, with the two switches that matter before a call. */
export function Preview({ media }: { media: LocalMedia }) {
  const camera = media.camera.value;
  return (
    <div class="preview">
      {camera ? (
        <Video source={camera} label="Your camera" testId="preview" muted mirrored />
      ) : (
        <div class="preview-empty soft">
          <Icon name={media.starting.value ? "camera" : "camera-off"} size={40} />
          <p>{emptyText(media)}</p>
        </div>
      )}
      <div class="preview-switches">
        <MicrophoneButton media={media} />
        <CameraButton media={media} />
      </div>
    </div>
  );
}

function emptyText(media: LocalMedia): string {
  if (media.starting.value) return "Your browser may ask whether this page may use your camera and microphone.";
  return media.problems.value.video ? "No picture of you" : "Your camera is off";
}
