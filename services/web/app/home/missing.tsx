import { useEffect } from "preact/hooks";
import { go } from "../router.ts";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import "../ui/message-view.css";

/** An address that does not exist; most likely a link that was cut off. */
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
        <h1>Page not found</h1>
        <p class="soft">If you followed a link to a call or a room, it may be incomplete. Ask for it again.</p>
        <div class="message-actions">
          <Button kind="primary" onClick={() => go("/")}>
            Go to the start page
          </Button>
        </div>
      </div>
    </main>
  );
}
