import { useEffect, useRef } from "preact/hooks";
import { watchLevel } from "./level.ts";
import "./level-meter.css";

/** Shows that the microphone hears something, before anybody else does. */
export function LevelMeter({ track }: { track: MediaStreamTrack }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => watchLevel(track, (level) => bar.current?.style.setProperty("--level", level.toFixed(2))), [track]);
  return (
    <span class="level" aria-hidden="true">
      <span ref={bar} class="level-bar" />
    </span>
  );
}
