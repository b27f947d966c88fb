import { useEffect } from "preact/hooks";
import { useShortcuts } from "../help/use-shortcuts.ts";
import { DevicePickers } from "../media/device-pickers.tsx";
import type { LocalMedia } from "../media/device-signals.ts";
import { ProblemNotice } from "../media/problem-notice.tsx";
import { toggleCamera, toggleMicrophone } from "../media/switches.tsx";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { NameField } from "../ui/name-field.tsx";
import { Warning } from "../ui/warning.tsx";
import { Preview } from "./preview.tsx";
import "./lobby.css";

interface LobbyProps {
  readonly to: "call" | "room";
  readonly media: LocalMedia;
  readonly joining: boolean;
  /** Why an attempt to join failed, when another may succeed. */
  readonly problem: string | null;
  readonly onJoin: () => void;
}

/** Before joining: how one looks and sounds, and with what. */
export function Lobby({ to, media, joining, problem, onJoin }: LobbyProps) {
  useEffect(() => {
    document.title = `Join the ${to} · Radist`;
  }, [to]);
  useShortcuts({ m: () => void toggleMicrophone(media), v: () => void toggleCamera(media) });
  return (
    <main class="page lobby" data-testid="lobby">
      <header>
        <Brand linked />
      </header>
      <div class="lobby-middle">
        <Preview media={media} />
        <form
          class="lobby-side"
          onSubmit={(event) => {
            event.preventDefault();
            onJoin();
          }}
        >
          <h1>Ready to join?</h1>
          {problem && <Warning>{problem}</Warning>}
          <ProblemNotice media={media} />
          <NameField />
          <DevicePickers media={media} />
          <Button kind="primary" type="submit" disabled={joining} testId="join">
            {joining ? "Joining…" : joinLabel(media, to)}
          </Button>
        </form>
      </div>
    </main>
  );
}

function joinLabel(media: LocalMedia, to: "call" | "room"): string {
  const { audio, video } = media.problems.value;
  if (audio && video) return "Join to watch and write";
  if (audio) return "Join without microphone";
  return video ? "Join without camera" : `Join the ${to}`;
}
