import { Dialog } from "../ui/dialog.tsx";
import { DevicePickers } from "./device-pickers.tsx";
import type { DeviceSignals } from "./device-signals.ts";
import { ProblemNotices } from "./problem-notice.tsx";

/** Changes devices during a call. */
export function DevicesDialog({ devices, onClose }: { devices: DeviceSignals; onClose: () => void }) {
  return (
    <Dialog title="Camera and sound" onClose={onClose} testId="devices-dialog">
      <ProblemNotices devices={devices} />
      <DevicePickers devices={devices} />
    </Dialog>
  );
}
