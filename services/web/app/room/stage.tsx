import { NewProblemNotice } from "../media/problem-notice.tsx";
import { Button } from "../ui/button.tsx";
import { Grid } from "./grid.tsx";
import { InviteTile } from "./invite-tile.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { Notices } from "./notices.tsx";
import { MOST_TILES, onStage } from "./on-stage.ts";
import { PersonTile } from "./participant-tile.tsx";
import { ScreenTile } from "./screen-tile.tsx";
import { SelfTile } from "./self-tile.tsx";
import "./stage.css";

interface StageProps {
  readonly room: JoinedRoom;
  readonly link: string;
  /** The user wants to know who is not shown. */
  readonly onMore: () => void;
}

/** Everybody in a grid, or beside the screen that somebody shares; above them what needs to be known. */
export function Stage({ room, link, onMore }: StageProps) {
  const { media, people, playback } = room;
  const everybody = people.all.value;
  const sharer = people.sharing.value.at(-1);
  const { shown, more } = onStage(everybody, MOST_TILES - 1, people.spoke.value);
  const isAlone = everybody.length === 0;
  return (
    <section class={`stage room-stage ${sharer ? "room-stage-shared" : ""}`} aria-label="Pictures" data-testid="stage">
      {sharer && <ScreenTile key={sharer.peerId} room={room} person={sharer} />}
      <Grid count={shown.length + 1 + (more > 0 || isAlone ? 1 : 0)} label="People">
        {shown.map((person) => (
          <PersonTile key={person.peerId} room={room} person={person} />
        ))}
        <SelfTile key="self" room={room} />
        {isAlone && <InviteTile key="invite" link={link} />}
        {more > 0 && (
          <li key="more" class="tile tile-more">
            <button type="button" onClick={onMore} data-testid="more">
              <strong>+{more}</strong> more here
            </button>
          </li>
        )}
      </Grid>
      <div class="stage-top">
        <Notices room={room} />
        <NewProblemNotice media={media} />
        {playback.isHeld.value && (
          <Button kind="primary" onClick={() => playback.startAll()} testId="start-sound">
            Turn on sound and picture
          </Button>
        )}
      </div>
    </section>
  );
}
