import type { ComponentChildren } from "preact";
import { Button } from "../ui/button.tsx";
import "./notice.css";
import type { ScreenSharing } from "./screen-sharing.ts";

/** Something out of the ordinary, as long as it lasts. The announcer says it; this shows it. */
export function Notice({ children, testId }: { children: ComponentChildren; testId: string }) {
  return (
    <p class="notice" data-testid={testId}>
      <span class="notice-dot" aria-hidden="true" />
      {children}
    </p>
  );
}

export function ScreenNotice({ screen }: { screen: ScreenSharing }) {
  if (!screen.isShared.value) return null;
  return (
    <p class="notice notice-screen" data-testid="notice-screen">
      You are sharing your screen
      <Button onClick={() => void screen.toggle()}>Stop</Button>
    </p>
  );
}
