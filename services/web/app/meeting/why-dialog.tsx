import { useSignal } from "@preact/signals";
import type { ConnectionDiagnosis, PathDiagnosis } from "@radist-tech/client";
import { useEffect } from "preact/hooks";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Warning } from "../ui/warning.tsx";
import { pathLines, serverLine } from "./diagnosis-texts.ts";
import "./why-dialog.css";

interface WhyDialogProps {
  readonly diagnose: () => Promise<ConnectionDiagnosis>;
  readonly onClose: () => void;
}

/** Why sound and video do not get through, what to try, and what to tell those who can help. */
export function WhyDialog({ diagnose, onClose }: WhyDialogProps) {
  const found = useSignal<ConnectionDiagnosis | "looking" | "failed">("looking");
  const look = (): void => {
    found.value = "looking";
    diagnose().then(
      (diagnosis) => {
        found.value = diagnosis;
      },
      (error: unknown) => {
        console.warn("Radist:", error);
        found.value = "failed";
      },
    );
  };
  useEffect(look, []);
  const diagnosis = found.value;
  return (
    <Dialog title="Why do sound and video not get through?" onClose={onClose} testId="why-dialog">
      <div class="why" role="status" aria-busy={diagnosis === "looking"}>
        {diagnosis === "looking" && <p class="soft">Looking for the cause. This can take a few seconds…</p>}
        {diagnosis === "failed" && (
          <Warning>The page cannot load what looks for the cause. Check that you are online.</Warning>
        )}
        {typeof diagnosis === "object" && <Findings diagnosis={diagnosis} />}
      </div>
      {typeof diagnosis === "object" && <Details diagnosis={diagnosis} />}
      <p class="why-actions">
        <Button onClick={look} disabled={diagnosis === "looking"}>
          Look again
        </Button>
        {typeof diagnosis === "object" && (
          <CopyButton text={() => JSON.stringify(diagnosis, null, 2)} what="The details">
            Copy details
          </CopyButton>
        )}
      </p>
    </Dialog>
  );
}

function Findings({ diagnosis: { reason, summary, advice } }: { diagnosis: ConnectionDiagnosis }) {
  return (
    <>
      <p class="why-summary" data-testid="why-summary" data-reason={reason ?? "none"}>
        {summary}
      </p>
      {advice.length > 0 && (
        <>
          <h3>What you can try</h3>
          <ol class="why-advice">
            {advice.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      )}
    </>
  );
}

/** In a room without anybody else, nothing is received. */
const isUsed = ({ state, reason }: PathDiagnosis): boolean => state !== "new" || reason !== undefined;

/** For those who know WebRTC. */
function Details({ diagnosis: { reason, paths } }: { diagnosis: ConnectionDiagnosis }) {
  return (
    <details class="why-details">
      <summary>Details for support</summary>
      {reason && (
        <p>
          Reason: <code>{reason}</code>
        </p>
      )}
      {paths.filter(isUsed).map((path) => (
        <dl key={path.path}>
          {pathLines(path).map(([what, value]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>{value}</dd>
            </div>
          ))}
          {path.servers.map((server) => (
            <div key={server.url}>
              <dt>{server.url}</dt>
              <dd>{serverLine(server)}</dd>
            </div>
          ))}
        </dl>
      ))}
    </details>
  );
}
