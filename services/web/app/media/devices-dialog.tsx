import { Dialog } from "../ui/dialog.tsx";
import { DevicePickers } from "./device-pickers.tsx";
import type { LocalMedia } from "./device-signals.ts";
import { ProblemNotice } from "./problem-notice.tsx";

/** Other devices in the middle of a call. */
export function DevicesDialog({ media, onClose }: { media: LocalMedia; onClose: () => void }) {
  return (
    <Dialog title="Camera and microphone" onClose={onClose} testId="devices-dialog">
      <ProblemNotice media={media} />
      <DevicePickers media={media} />
    </Dialog>
  );
}
