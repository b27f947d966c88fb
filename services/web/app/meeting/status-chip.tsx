import type { Quality } from "./quality.ts";
import "./status-chip.css";

/** A short line about the state of the connection. */
export interface Status {
  readonly tone: "good" | "waiting" | "trouble";
  readonly text: string;
  /** The tooltip, which explains the text. */
  readonly title: string | undefined;
}

interface StatusChipProps {
  readonly status: Status;
  readonly data: Readonly<Record<`data-${string}`, string | undefined>>;
}

export function StatusChip({ status: { tone, text, title }, data }: StatusChipProps) {
  return (
    <p class={`status status-${tone}`} title={title} data-testid="status" {...data}>
      <span class="status-dot" aria-hidden="true" />
      {text}
    </p>
  );
}

/** `Direct · 18 ms` */
export function withRoundTrip(text: string, { roundTripMs }: Quality): string {
  return roundTripMs === undefined ? text : `${text} · ${Math.max(1, Math.round(roundTripMs))} ms`;
}
