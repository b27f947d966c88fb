import { useEffect, useRef } from "preact/hooks";
import { go } from "../router.ts";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import "../ui/message-view.css";

/** How an end is told. */
export interface OverText {
  readonly title: string;
  readonly text: string;
  /** What joining again is called; null when it cannot help. */
  readonly again: string | null;
}

interface OverViewProps {
  readonly over: string;
  readonly text: OverText;
  /** What starting afresh is called. */
  readonly afresh: string;
  readonly onAgain: () => void;
}

/** What ended, why, and where to go on. */
export function OverView({ over, text: { title, text, again }, afresh, onAgain }: OverViewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Radist`;
    heading.current?.focus();
  }, [title]);
  return (
    <main class="page message-view" data-testid="over" data-over={over}>
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
          <Button kind={again ? "quiet" : "primary"} onClick={() => go("/")} testId="afresh">
            {afresh}
          </Button>
        </div>
      </div>
    </main>
  );
}
