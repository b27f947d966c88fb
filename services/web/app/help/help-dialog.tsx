import { canShareScreen } from "@radist-tech/client";
import { Dialog } from "../ui/dialog.tsx";
import "./help-dialog.css";

type Shortcut = readonly [key: string, what: string];

const shortcutsOf = (kind: "call" | "room"): readonly Shortcut[] => [
  ["M", "Mute or unmute"],
  ["V", "Turn the camera on or off"],
  ...(canShareScreen() ? ([["S", "Start or stop sharing your screen"]] as const) : []),
  ["C", "Open or close messages"],
  ...(kind === "room" ? ([["P", "Show who is here"]] as const) : []),
  ["L", `Copy the link to the ${kind}`],
  ...(kind === "room" ? ([["← →", "Move between people in the grid"]] as const) : []),
  ["Esc", "Close messages or a dialog"],
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
