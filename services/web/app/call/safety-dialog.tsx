import { useEffect } from "preact/hooks";
import { Dialog } from "../ui/dialog.tsx";
import { type CallSafety, LOST } from "./call-safety.ts";
import type { RemotePeer } from "./remote-peer.ts";
import "./safety-dialog.css";

interface SafetyDialogProps {
  readonly safety: CallSafety;
  readonly peer: RemotePeer;
  readonly onClose: () => void;
}

/** The safety number, and how to compare it. */
export function SafetyDialog({ safety, peer, onClose }: SafetyDialogProps) {
  const number = safety.number.value;
  useEffect(() => safety.seen(), []);
  return (
    <Dialog title="Safety number" onClose={onClose} testId="safety-dialog">
      {safety.isChanged.value && number && (
        <p role="alert">
          The number has changed while this was open. Compare it again.{" "}
          <button type="button" class="link-button" onClick={() => safety.seen()}>
            OK
          </button>
        </p>
      )}
      {number ? (
        <Comparison number={number} name={peer.presence.value.name || "the other person"} />
      ) : (
        <Unknown isLost={safety.isLost.value} />
      )}
    </Dialog>
  );
}

function Comparison({ number, name }: { number: string; name: string }) {
  return (
    <>
      <p>
        When you and {name} see the same number, nobody in between can hear or see you, not even the people who run this
        service.
      </p>
      <p class="safety-number" data-testid="safety-number">
        {/* A group may occur twice: what tells them apart is their place. */}
        {number.split(" ").map((group, index) => (
          <span key={index}>{`${group} `}</span>
        ))}
      </p>
      <h3>How to compare it</h3>
      <ol class="safety-steps">
        <li>Ask {name} to open the safety number as well.</li>
        <li>
          Take turns to read the groups aloud, in this call if you know each other's voice, or compare both screens.
        </li>
        <li>
          If all groups are the same, your call is safe. If any of them differs, somebody may be listening: hang up.
        </li>
      </ol>
      <p class="soft">Compare it again when one of you has reloaded the page: the number changes then.</p>
    </>
  );
}

function Unknown({ isLost }: { isLost: boolean }) {
  if (isLost) return <p role="alert">{LOST}</p>;
  return (
    <p>
      There is a safety number once you are connected to the other person. A page that was not loaded by HTTPS has none.
    </p>
  );
}
