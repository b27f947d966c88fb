import { Button } from "../ui/button.tsx";
import type { JoinedCall } from "./joined-call.ts";
import "./notices.css";

/** What is out of the ordinary now. The announcer says it; here it is to be seen. */
export function Notices({ call }: { call: JoinedCall }) {
  const { other, media } = call;
  const away = other.whereabouts.value.at === "away";
  const present = other.whereabouts.value.at === "present";
  const path = call.path.value;
  const broken = present && (path === "disconnected" || path === "failed");
  return (
    <>
      {call.signaling.value === "reconnecting" && (
        <p class="notice" data-testid="notice-reconnecting">
          <span class="notice-dot" aria-hidden="true" />
          {path === "connected"
            ? "Reconnecting to the server… Sound and picture go on."
            : "Your connection was lost. Reconnecting…"}
        </p>
      )}
      {away && (
        <p class="notice" data-testid="notice-away">
          <span class="notice-dot" aria-hidden="true" />
          {other.name} lost their connection. Waiting for them to come back…
        </p>
      )}
      {broken && call.signaling.value === "connected" && (
        <p class="notice" data-testid="notice-path">
          <span class="notice-dot" aria-hidden="true" />
          Sound and picture are interrupted. Looking for another way…
        </p>
      )}
      {media.screen.value && (
        <p class="notice notice-screen" data-testid="notice-screen">
          You are sharing your screen
          <Button onClick={() => media.stopScreen()}>Stop</Button>
        </p>
      )}
    </>
  );
}
