import { Button } from "../ui/button.tsx";
import type { Speakers } from "./speakers.ts";

/** Where the browser holds sound back until the user touches the page. */
export function StartSound({ speakers }: { speakers: Speakers }) {
  if (!speakers.isBlocked.value) return null;
  return (
    <Button kind="primary" onClick={() => void speakers.playback.start()} testId="start-sound">
      Turn on sound and video
    </Button>
  );
}
