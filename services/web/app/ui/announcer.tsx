import { signal } from "@preact/signals";

const spoken = signal("");

/** Tells people who cannot see the page what changed. Screen readers say it when they have finished their sentence. */
export function announce(sentence: string): void {
  // The same sentence twice is not a change, so it would not be said.
  spoken.value = spoken.peek() === sentence ? `${sentence}\u00a0` : sentence;
}

/** What was announced last. */
export const announced = (): string => spoken.peek();

export function Announcer() {
  return (
    <p class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {spoken.value}
    </p>
  );
}
