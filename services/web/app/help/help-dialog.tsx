import { canShareScreen } from "../media/capture.ts";
import { Dialog } from "../ui/dialog.tsx";
import "./help-dialog.css";

const SHORTCUTS: readonly (readonly [key: string, what: string])[] = [
  ["M", "Mute or unmute"],
  ["V", "Camera off or on"],
  ...(canShareScreen() ? ([["S", "Share the screen, or stop"]] as const) : []),
  ["C", "Open or close the messages"],
  ["L", "Copy the link of the call"],
  ["Esc", "Close what is open"],
  ["?", "Show this list"],
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} testId="help-dialog">
      <dl class="shortcuts">
        {SHORTCUTS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
