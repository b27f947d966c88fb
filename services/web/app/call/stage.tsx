import { useSignal } from "@preact/signals";
import { NewProblemNotice } from "../media/problem-notice.tsx";
import { Video } from "../media/video.tsx";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import type { JoinedCall } from "./joined-call.ts";
import { Notices } from "./notices.tsx";
import { SelfView } from "./self-view.tsx";
import { Waiting } from "./waiting.tsx";
import "./stage.css";

/** The other person, large; oneself, small; and above them what needs to be known. */
export function Stage({ call, link }: { call: JoinedCall; link: string }) {
  const { other, media } = call;
  const { at } = other.whereabouts.value;
  const stream = other.stream.value;
  const presence = other.presence.value;
  const alone = at === "absent" || at === "gone";
  const seen = presence.screen || presence.camera;
  const play = useSignal<(() => void) | null>(null);

  return (
    <section class="stage" aria-label="Picture" data-testid="stage">
      {alone ? (
        <Waiting link={link} other={other} />
      ) : (
        <>
          <Video
            source={stream}
            label={presence.screen ? `Screen of ${other.name}` : `Picture of ${other.name}`}
            testId="remote-video"
            fit={presence.screen ? "contain" : "adaptive"}
            hidden={!stream || !seen}
            onBlocked={(start) => {
              play.value = start;
            }}
          />
          {(!stream || !seen) && (
            <Avatar
              name={presence.name}
              text={stream || call.path.value === "connected" ? "Camera is off" : "Connecting…"}
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
        <NewProblemNotice media={media} />
        {play.value && (
          <Button
            kind="primary"
            onClick={() => {
              play.value?.();
              play.value = null;
            }}
          >
            Turn on sound and picture
          </Button>
        )}
      </div>
      <SelfView media={media} />
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
