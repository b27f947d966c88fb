import type { ComponentChildren } from "preact";
import { Button } from "../ui/button.tsx";
import "./notice.css";

/** Something out of the ordinary that goes on. The announcer says it; here it is to be seen. */
export function Notice({ children, testId }: { children: ComponentChildren; testId: string }) {
  return (
    <p class="notice" data-testid={testId}>
      <span class="notice-dot" aria-hidden="true" />
      {children}
    </p>
  );
}

export function ScreenNotice({ onStop }: { onStop: () => void }) {
  return (
    <p class="notice notice-screen" data-testid="notice-screen">
      You are sharing your screen
      <Button onClick={onStop}>Stop</Button>
    </p>
  );
}
