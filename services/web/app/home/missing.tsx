import { useEffect } from "preact/hooks";
import { go } from "../router.ts";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import "../ui/message-view.css";

/** An address that this page does not have; most likely a link that lost its end on the way. */
export function Missing() {
  useEffect(() => {
    document.title = "Not found · Radist";
  }, []);
  return (
    <main class="page message-view" data-testid="missing">
      <header>
        <Brand linked />
      </header>
      <div class="message-middle">
        <h1>There is nothing here</h1>
        <p class="soft">
          If you followed the link of a call or a room, it may have been cut off. Ask for it once more.
        </p>
        <div class="message-actions">
          <Button kind="primary" onClick={() => go("/")}>
            Start anew
          </Button>
        </div>
      </div>
    </main>
  );
}
