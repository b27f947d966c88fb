import { useEffect } from "preact/hooks";
import { useShortcuts } from "../help/use-shortcuts.ts";
import { DevicePickers } from "../media/device-pickers.tsx";
import type { DeviceSignals } from "../media/device-signals.ts";
import { ProblemNotices } from "../media/problem-notice.tsx";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { NameField } from "../ui/name-field.tsx";
import { Warning } from "../ui/warning.tsx";
import { Preview } from "./preview.tsx";
import "./lobby.css";

interface LobbyProps {
  readonly to: "call" | "room";
  readonly devices: DeviceSignals;
  readonly isJoining: boolean;
  /** Why an attempt to join failed, when another may succeed. */
  readonly problem: string | null;
  readonly onJoin: () => void;
}

/** Before joining: how the user looks and sounds, and with which devices. */
export function Lobby({ to, devices, isJoining, problem, onJoin }: LobbyProps) {
  useEffect(() => {
    document.title = `Join the ${to} · Radist`;
  }, [to]);
  useShortcuts({ m: () => void devices.toggleMicrophone(), v: () => void devices.toggleCamera() });
  return (
    <main class="page lobby" data-testid="lobby">
      <header>
        <Brand linked />
      </header>
      <div class="lobby-middle">
        <Preview devices={devices} />
        <form
          class="lobby-side"
          onSubmit={(event) => {
            event.preventDefault();
            onJoin();
          }}
        >
          <h1>Ready to join?</h1>
          {problem && <Warning>{problem}</Warning>}
          <ProblemNotices devices={devices} />
          <NameField />
          <DevicePickers devices={devices} />
          <Button kind="primary" type="submit" disabled={isJoining} testId="join">
            {isJoining ? "Joining…" : joinLabel(devices, to)}
          </Button>
        </form>
      </div>
    </main>
  );
}

function joinLabel(devices: DeviceSignals, to: "call" | "room"): string {
  const { microphone, camera } = devices.problems.value;
  if (microphone && camera) return "Join without camera and microphone";
  if (microphone) return "Join without a microphone";
  return camera ? "Join without a camera" : `Join the ${to}`;
}
