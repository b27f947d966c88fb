import type { LocalMedia } from "../media/device-signals.ts";
import { Brand } from "../ui/brand.tsx";
import "../ui/message-view.css";

/** Short, unless the browser asks the user something. */
export function Entering({ media }: { media: LocalMedia }) {
  return (
    <main class="page message-view" data-testid="entering">
      <header>
        <Brand />
      </header>
      <div class="message-middle">
        <span class="pulse" aria-hidden="true" />
        <p>{media.starting.value ? "Starting your camera and microphone…" : "Joining…"}</p>
        {media.starting.value && (
          <p class="soft">If your browser asks, allow them. You can switch either off at any time.</p>
        )}
      </div>
    </main>
  );
}
