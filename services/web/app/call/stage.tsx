import { NewProblemNotices } from "../media/problem-notice.tsx";
import { Video } from "../media/video.tsx";
import { StartSound } from "../meeting/start-sound.tsx";
import { Icon } from "../ui/icon.tsx";
import type { JoinedCall } from "./joined-call.ts";
import { Notices } from "./notices.tsx";
import { SelfView } from "./self-view.tsx";
import { Waiting } from "./waiting.tsx";
import "./stage.css";

/** The other person, large; the user, small; and above them what they need to know. */
export function Stage({ call, link }: { call: JoinedCall; link: string }) {
  const { peer, devices, speakers } = call;
  const { at } = peer.status.value;
  const stream = peer.stream.value;
  const presence = peer.presence.value;
  const alone = at === "absent" || at === "gone";
  // Nothing comes from someone who is away and cannot be reached: the last picture would be a lie.
  const arrives = at === "present" || call.path.value === "connected";
  const seen = arrives && (presence.screen || presence.camera);

  return (
    <section class="stage" aria-label="Video" data-testid="stage">
      {alone ? (
        <Waiting link={link} peer={peer} />
      ) : (
        <>
          <Video
            source={stream}
            label={presence.screen ? `Screen shared by ${peer.name}` : `Video of ${peer.name}`}
            testId="remote-video"
            fit={presence.screen ? "contain" : "adaptive"}
            hidden={!stream || !seen}
            playback={speakers.playback}
          />
          {(!stream || !seen) && (
            <Avatar
              name={presence.name}
              text={
                !arrives
                  ? "Connection lost"
                  : stream || call.path.value === "connected"
                    ? "Camera is off"
                    : "Connecting…"
              }
            />
          )}
          <p class="stage-name">
            {presence.muted && <Icon name="mic-off" size={16} />}
            {presence.muted && <span class="visually-hidden">Muted: </span>}
            {presence.name || "Guest"}
          </p>
        </>
      )}
      <div class="stage-top">
        <Notices call={call} />
        <NewProblemNotices devices={devices} />
        <StartSound speakers={speakers} />
      </div>
      <SelfView devices={devices} />
    </section>
  );
}

function Avatar({ name, text }: { name: string; text: string }) {
  return (
    <div class="stage-avatar">
      <span aria-hidden="true">{name ? name.slice(0, 1).toUpperCase() : <Icon name="person" size={44} />}</span>
      <p class="soft">{text}</p>
    </div>
  );
}
