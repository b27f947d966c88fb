import { watchAudioLevel } from "@radist-tech/client";
import { useEffect, useRef } from "preact/hooks";
import "./level-meter.css";

/** Shows that the microphone picks something up, before anyone else hears it. */
export function LevelMeter({ track }: { track: MediaStreamTrack }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(
    () => watchAudioLevel(track, (level) => bar.current?.style.setProperty("--level", level.toFixed(2))),
    [track],
  );
  return (
    <span class="level" aria-hidden="true">
      <span ref={bar} class="level-bar" />
    </span>
  );
}
