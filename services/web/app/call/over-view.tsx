import { useEffect, useRef } from "preact/hooks";
import { go } from "../router.ts";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { OVER_TEXTS, type Over } from "./ending.ts";
import "../ui/message-view.css";

/** What ended, why, and where to go on. */
export function OverView({ over, onAgain }: { over: Over; onAgain: () => void }) {
  const { title, text, again } = OVER_TEXTS[over];
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
          <Button kind={again ? "quiet" : "primary"} onClick={() => go("/")} testId="new-call">
            Start a new call
          </Button>
        </div>
      </div>
    </main>
  );
}
