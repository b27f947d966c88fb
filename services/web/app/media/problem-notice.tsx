import { IconButton } from "../ui/button.tsx";
import { Warning } from "../ui/warning.tsx";
import type { LocalMedia } from "./device-signals.ts";
import "./problem-notice.css";
import { adviceFor, type MediaKind } from "./advice.ts";

/** What is wrong with camera and microphone, and how to try again. One notice when both have the same problem. */
export function ProblemNotice({ media }: { media: LocalMedia }) {
  const { audio, video } = media.problems.value;
  if (audio && audio === video) return <Notice media={media} kinds={["audio", "video"]} problem={audio} />;
  return (
    <>
      {audio && <Notice media={media} kinds={["audio"]} problem={audio} />}
      {video && <Notice media={media} kinds={["video"]} problem={video} />}
    </>
  );
}

/** The same during a call, where the user may put it aside. */
export function NewProblemNotice({ media }: { media: LocalMedia }) {
  const { problems, accepted } = media;
  if (problems.value === accepted.value || Object.keys(problems.value).length === 0) return null;
  return (
    <div class="new-problem" data-testid="media-problem">
      <ProblemNotice media={media} />
      <IconButton icon="close" label="Dismiss" small onClick={() => media.acceptProblems()} />
    </div>
  );
}

type Problem = Parameters<typeof adviceFor>[0];

function Notice({ media, kinds, problem }: { media: LocalMedia; kinds: readonly MediaKind[]; problem: Problem }) {
  const again = async (): Promise<void> => {
    for (const kind of kinds) await media.retry(kind);
  };
  const button = (
    <button type="button" class="link-button" onClick={() => void again()}>
      Try again
    </button>
  );
  return <Warning action={problem === "insecure" ? undefined : button}>{adviceFor(problem, kinds)}</Warning>;
}
