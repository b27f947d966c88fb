import type { DeviceSignals } from "../media/device-signals.ts";
import { Brand } from "../ui/brand.tsx";
import "../ui/message-view.css";

/** Shown briefly, unless the browser asks for permission. */
export function Entering({ devices }: { devices: DeviceSignals }) {
  const isStarting = devices.isStarting.value;
  return (
    <main class="page message-view" data-testid="entering">
      <header>
        <Brand />
      </header>
      <div class="message-middle">
        <span class="pulse" aria-hidden="true" />
        <p>{isStarting ? "Starting your camera and microphone…" : "Joining…"}</p>
        {isStarting && (
          <p class="soft">
            If your browser asks for permission, allow it. You can turn either of them off at any time.
          </p>
        )}
      </div>
    </main>
  );
}
