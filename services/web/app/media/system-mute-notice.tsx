import { Notice } from "../meeting/notice.tsx";
import type { DeviceSignals } from "./device-signals.ts";

/** Only what has muted the microphone can unmute it. */
export function SystemMuteNotice({ devices }: { devices: DeviceSignals }) {
  if (!devices.isMutedBySystem.value) return null;
  return (
    <Notice testId="notice-system-mute">
      Your microphone was muted outside this page: by your headset, a phone call or your system. Unmute it there.
    </Notice>
  );
}
