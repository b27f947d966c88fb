import type { DeviceProblem } from "@radist-tech/client";
import { IconButton } from "../ui/button.tsx";
import { Warning } from "../ui/warning.tsx";
import { adviceFor } from "./advice.ts";
import type { DeviceSignals } from "./device-signals.ts";
import "./problem-notice.css";
import { type Capture, noticesFor } from "./problems.ts";

/** What is wrong with the camera and microphone, and how to try again. */
export function ProblemNotices({ devices }: { devices: DeviceSignals }) {
  return (
    <>
      {noticesFor(devices.problems.value).map(({ kinds, problem }) => (
        <Notice key={kinds.join()} devices={devices} kinds={kinds} problem={problem} />
      ))}
    </>
  );
}

/** The same during a call, where the user may put it aside. */
export function NewProblemNotices({ devices }: { devices: DeviceSignals }) {
  if (!devices.hasNewProblems.value) return null;
  return (
    <div class="new-problem" data-testid="media-problem">
      <ProblemNotices devices={devices} />
      <IconButton icon="close" label="Dismiss" small onClick={() => devices.acceptProblems()} />
    </div>
  );
}

interface NoticeProps {
  readonly devices: DeviceSignals;
  readonly kinds: readonly Capture[];
  readonly problem: DeviceProblem;
}

function Notice({ devices, kinds, problem }: NoticeProps) {
  const again = async (): Promise<void> => {
    for (const kind of kinds) await devices.local.retry(kind);
  };
  const button = (
    <button type="button" class="link-button" onClick={() => void again()}>
      Try again
    </button>
  );
  return <Warning action={problem === "insecure_page" ? undefined : button}>{adviceFor(problem, kinds)}</Warning>;
}
