import { canShareScreen } from "../media/capture.ts";
import { Dialog } from "../ui/dialog.tsx";
import "./help-dialog.css";

type Shortcut = readonly [key: string, what: string];

const shortcutsOf = (kind: "call" | "room"): readonly Shortcut[] => [
  ["M", "Mute or unmute"],
  ["V", "Camera off or on"],
  ...(canShareScreen() ? ([["S", "Share the screen, or stop"]] as const) : []),
  ["C", "Open or close the messages"],
  ...(kind === "room" ? ([["P", "Show who is here"]] as const) : []),
  ["L", `Copy the link of the ${kind}`],
  ...(kind === "room" ? ([["← →", "In the pictures: from person to person"]] as const) : []),
  ["Esc", "Close what is open"],
  ["?", "Show this list"],
];

export function HelpDialog({ kind, onClose }: { kind: "call" | "room"; onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} testId="help-dialog">
      <dl class="shortcuts">
        {shortcutsOf(kind).map(([key, what]) => (
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
