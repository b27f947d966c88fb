import { NewProblemNotices } from "../media/problem-notice.tsx";
import { StartSound } from "../meeting/start-sound.tsx";
import { Grid } from "./grid.tsx";
import { InviteTile } from "./invite-tile.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { Notices } from "./notices.tsx";
import { ParticipantTile } from "./participant-tile.tsx";
import { ScreenTile } from "./screen-tile.tsx";
import { SelfTile } from "./self-tile.tsx";
import { MAX_TILES, visibleParticipants } from "./visible-participants.ts";
import "./stage.css";

interface StageProps {
  readonly room: JoinedRoom;
  readonly link: string;
  /** The user asks who is not shown. */
  readonly onMore: () => void;
}

/** Everyone in a grid, or next to a shared screen; above them what the user needs to know. */
export function Stage({ room, link, onMore }: StageProps) {
  const { devices, participants, speakers } = room;
  const all = participants.all.value;
  const sharer = participants.sharing.value.at(-1);
  const { shown, more } = visibleParticipants(all, MAX_TILES - 1, participants.lastSpoke.value);
  const isAlone = all.length === 0;
  return (
    <section class={`stage room-stage ${sharer ? "room-stage-shared" : ""}`} aria-label="Videos" data-testid="stage">
      {sharer && <ScreenTile key={sharer.peerId} room={room} participant={sharer} />}
      <Grid count={shown.length + 1 + (more > 0 || isAlone ? 1 : 0)} label="People">
        {shown.map((participant) => (
          <ParticipantTile key={participant.peerId} room={room} participant={participant} />
        ))}
        <SelfTile key="self" room={room} />
        {isAlone && <InviteTile key="invite" link={link} />}
        {more > 0 && (
          <li key="more" class="tile tile-more">
            <button type="button" onClick={onMore} data-testid="more">
              <strong>+{more}</strong> more
            </button>
          </li>
        )}
      </Grid>
      <div class="stage-top">
        <Notices room={room} />
        <NewProblemNotices devices={devices} />
        <StartSound speakers={speakers} />
      </div>
    </section>
  );
}
