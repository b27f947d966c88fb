import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { BackendError, createCall } from "../backend/backend.ts";
import { keepFreshToken } from "../call/fresh-token.ts";
import { callPath, go } from "../router.ts";
import { announce } from "../ui/announcer.tsx";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { NameField } from "../ui/name-field.tsx";
import { Warning } from "../ui/warning.tsx";
import "./home.css";

/** The first thing that a newcomer sees: one sentence, one button. */
export function Home() {
  const starting = useSignal(false);
  const problem = useSignal<string | null>(null);

  useEffect(() => {
    document.title = "Radist";
  }, []);

  const start = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (starting.value) return;
    starting.value = true;
    problem.value = null;
    try {
      const { callId, callToken } = await createCall();
      keepFreshToken(callId, callToken);
      go(callPath(callId));
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      problem.value = error.message;
      announce(error.message);
    } finally {
      starting.value = false;
    }
  };

  return (
    <main class="page home">
      <header>
        <Brand />
      </header>
      <div class="home-middle">
        <h1>
          Send a link.
          <br />
          Talk.
        </h1>
        <p class="home-lead soft">A call for two, from browser to browser. No account, nothing to install.</p>
        <form onSubmit={(event) => void start(event)}>
          <NameField />
          <Button kind="primary" icon="camera" type="submit" disabled={starting.value} testId="start-call">
            {starting.value ? "Starting…" : "Start a call"}
          </Button>
        </form>
        {problem.value && <Warning>{problem.value}</Warning>}
        <ul class="home-facts soft">
          <li>Sound and picture are encrypted between the two of you</li>
          <li>Share your screen, write, send files</li>
          <li>It comes back by itself when a network fails</li>
        </ul>
      </div>
    </main>
  );
}
