import { computed, signal } from "@preact/signals";
import type { RadistRoomConnection } from "@radist-tech/client";
import { announce } from "../ui/announcer.tsx";
import { RemoteParticipant } from "./participant.ts";

/** How long the active speaker stays marked in silence: a pause between two sentences. */
const PAUSE_MS = 1_500;

/** The part of a connection that this needs. */
export type RoomSource = Pick<RadistRoomConnection, "on" | "activeSpeaker">;

/** Everyone else in the room, and who is speaking. */
export class Participants {
  /** In the order in which they joined. */
  readonly all = signal<readonly RemoteParticipant[]>([]);
  /** Peer id of the active speaker, who may be the user. */
  readonly speaker = signal<string | undefined>(undefined);
  /** By peer id, a number that is higher the later they spoke. */
  readonly lastSpoke = signal<ReadonlyMap<string, number>>(new Map());
  /** Those who share their screen. */
  readonly sharing = computed(() => this.all.value.filter((person) => person.state.value.screen !== undefined));
  readonly #connection: RoomSource;
  #turns = 0;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: RoomSource) {
    this.#connection = connection;
  }

  find(peerId: string): RemoteParticipant | undefined {
    return this.all.peek().find((person) => person.peerId === peerId);
  }

  /** @returns stops listening */
  listen(): () => void {
    const refresh = (peerId: string): void => this.find(peerId)?.refresh();
    let isFirst = true;
    const stops = [
      this.#connection.on("participantjoined", (participant) => {
        const person = new RemoteParticipant(participant);
        this.all.value = [...this.all.value.filter(({ peerId }) => peerId !== person.peerId), person];
        if (!isFirst) announce(`${person.name} joined.`);
      }),
      this.#connection.on("participantleft", ({ participant: { peerId }, reason }) => {
        const person = this.find(peerId);
        this.all.value = this.all.value.filter((other) => other !== person);
        if (person) announce(`${person.name} ${reason === "expired" ? "did not come back" : "left"}.`);
      }),
      this.#connection.on("participantchanged", ({ participant, change }) => {
        const person = this.find(participant.peerId);
        person?.refresh();
        if (person && change === "connection")
          announce(participant.isConnected ? `${person.name} is back.` : `${person.name} lost the connection.`);
      }),
      this.#connection.on("remotestream", ({ peerId, source }) => {
        refresh(peerId);
        if (source === "screen" && !isFirst) announce(`${this.find(peerId)?.name} is sharing their screen.`);
      }),
      this.#connection.on("streamremoved", ({ peerId }) => refresh(peerId)),
      this.#connection.on("activespeaker", ({ peerId }) => this.#speaks(peerId)),
    ];
    // Those who are there already are reported in microtasks, before this one.
    queueMicrotask(() => {
      isFirst = false;
    });
    this.#speaks(this.#connection.activeSpeaker);
    return () => {
      clearTimeout(this.#silence);
      for (const stop of stops) stop();
    };
  }

  #speaks(peerId: string | undefined): void {
    if (peerId === undefined) {
      this.#silence ??= setTimeout(() => {
        this.speaker.value = undefined;
      }, PAUSE_MS);
      return;
    }
    clearTimeout(this.#silence);
    this.#silence = undefined;
    if (peerId === this.speaker.peek()) return;
    this.speaker.value = peerId;
    this.lastSpoke.value = new Map(this.lastSpoke.value).set(peerId, ++this.#turns);
  }
}
