import type { ComponentChildren } from "preact";
import { Icon } from "../ui/icon.tsx";
import "./tile.css";

interface TileProps {
  readonly testId: string;
  /** What a screen reader says for the whole tile. */
  readonly label: string;
  readonly name: string;
  readonly isSilent: boolean;
  readonly isSpeaking: boolean;
  /** Undefined where there is none: then the tile shows the name's first letter. */
  readonly picture: ComponentChildren;
  /** Over the video, in the upper corner. */
  readonly mark?: ComponentChildren;
  /** Over the video, in the lower corner. */
  readonly action?: ComponentChildren;
  /** Something that is wrong, over the middle. */
  readonly trouble?: string | undefined;
}

/** One person: video or initial, name, and state. */
export function Tile({ testId, label, name, isSilent, isSpeaking, picture, mark, action, trouble }: TileProps) {
  return (
    <li
      class={`tile ${isSpeaking ? "tile-speaking" : ""} ${trouble ? "tile-troubled" : ""}`}
      aria-label={label}
      data-testid={testId}
      data-speaking={isSpeaking}
      data-muted={isSilent}
    >
      {picture ?? (
        <span class="tile-initial" aria-hidden="true">
          <span>{name.slice(0, 1).toUpperCase()}</span>
        </span>
      )}
      {trouble && <p class="tile-trouble">{trouble}</p>}
      <p class="tile-name" aria-hidden="true">
        {isSilent && <Icon name="mic-off" size={14} />}
        <span>{name}</span>
      </p>
      {mark && <span class="tile-mark">{mark}</span>}
      {action}
    </li>
  );
}
