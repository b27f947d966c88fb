import { useEffect, useRef } from "preact/hooks";
import { go } from "../router.ts";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import "../ui/message-view.css";
import type { EndingText, EndReason } from "./ending.ts";

interface EndedViewProps {
  readonly reason: EndReason;
  readonly text: EndingText;
  /** The label of the button that starts a new one. */
  readonly startNew: string;
  readonly onAgain: () => void;
}

/** What ended, why, and what to do next. */
export function EndedView({ reason, text: { title, text, again }, startNew, onAgain }: EndedViewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Radist`;
    heading.current?.focus();
  }, [title]);
  return (
    <main class="page message-view" data-testid="over" data-over={reason}>
      <header>
        <Brand linked />
      </header>
      <div class="message-middle">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <p class="soft">{text}</p>
        <div class="message-actions">
          {again && (
            <Button kind="primary" onClick={onAgain} testId="again">
              {again}
            </Button>
          )}
          <Button kind={again ? "quiet" : "primary"} onClick={() => go("/")} testId="start-new">
            {startNew}
          </Button>
        </div>
      </div>
    </main>
  );
}
