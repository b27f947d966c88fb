import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { BackendError, createCall, createRoom } from "../backend/backend.ts";
import { keepFreshToken } from "../meeting/fresh-token.ts";
import { tokenKey } from "../room/token-key.ts";
import { callPath, go, roomPath } from "../router.ts";
import { announce } from "../ui/announcer.tsx";
import { Brand } from "../ui/brand.tsx";
import { Button } from "../ui/button.tsx";
import { ownName } from "../ui/name.ts";
import { NameField } from "../ui/name-field.tsx";
import { Warning } from "../ui/warning.tsx";
import "./home.css";

/** The first thing that visitors see: one sentence, two buttons. */
export function Home() {
  const starting = useSignal<"call" | "room" | null>(null);
  const problem = useSignal<string | null>(null);

  useEffect(() => {
    document.title = "Radist";
  }, []);

  const start = async (kind: "call" | "room"): Promise<void> => {
    if (starting.value) return;
    starting.value = kind;
    problem.value = null;
    try {
      await (kind === "call" ? startCall() : startRoom());
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      problem.value = error.message;
      announce(error.message);
    } finally {
      starting.value = null;
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
        <p class="home-lead soft">A call for two, or a room for many. No account, nothing to install.</p>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void start("call");
          }}
        >
          <NameField />
          <div class="home-starts">
            <Button kind="primary" icon="camera" type="submit" disabled={starting.value !== null} testId="start-call">
              {starting.value === "call" ? "Starting…" : "Start a call"}
            </Button>
            <Button
              icon="people"
              onClick={() => void start("room")}
              disabled={starting.value !== null}
              testId="start-room"
            >
              {starting.value === "room" ? "Starting…" : "Start a room"}
            </Button>
          </div>
        </form>
        {problem.value && <Warning>{problem.value}</Warning>}
        <ul class="home-facts soft">
          <li>A call goes directly from browser to browser, encrypted between the two of you</li>
          <li>A room has space for everyone you send the link to</li>
          <li>Both reconnect by themselves when the network fails</li>
        </ul>
      </div>
    </main>
  );
}

async function startCall(): Promise<void> {
  const { callId, callToken } = await createCall();
  keepFreshToken(callId, callToken);
  go(callPath(callId));
}

async function startRoom(): Promise<void> {
  const name = ownName.value;
  const { roomId, roomToken } = await createRoom(name);
  keepFreshToken(tokenKey(roomId, name), roomToken);
  go(roomPath(roomId));
}
