import type { TrackState } from "./participant.ts";
import "./quality-mark.css";

interface QualityMarkProps {
  readonly state: TrackState;
  /** Height of the picture that arrives now; 0 before the first. */
  readonly lines: number;
}

/** Three bars for how well a video arrives, and its size. */
export function QualityMark({ state: { score, track }, lines }: QualityMarkProps) {
  if (score === undefined && lines === 0) return null;
  const bars = barsOf(score);
  const size = lines > 0 ? `${lines}p` : "";
  const text = `Video quality: ${WORDS[bars]}${size && `, ${size}`}`;
  return (
    <span
      class={`quality quality-${bars}`}
      role="img"
      aria-label={text}
      title={score === undefined ? text : `${text} (${score} of 10)`}
      data-testid="quality"
      data-score={score}
      data-layer={track.layers?.spatial}
    >
      <span class="quality-bars" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span class="quality-size" aria-hidden="true">
        {size}
      </span>
    </span>
  );
}

const WORDS = { 1: "poor", 2: "fair", 3: "good" } as const;

function barsOf(score: number | undefined): 1 | 2 | 3 {
  if (score === undefined || score >= 8) return 3;
  return score >= 5 ? 2 : 1;
}
