import type { EndReason } from "./ending.ts";

/** How the user gets in: by the seat that this tab still holds, by a token kept from before, or by a new one. */
export type Entrance = "seat" | "kept_token" | "new_token";

/**
 *                            ┌──────────── again ────────────┐
 *            no entrance     ▼     join            leave, end│
 *   opening ─────────────▶ lobby ──────▶ joined ─────────▶ ended
 *      │                     ▲              ▲
 *      └──▶ entering ────────┴──────────────┘
 *           A reloaded page goes straight in, and so does the one who started the meeting, if the devices work.
 */
export type SessionState<Meeting> =
  | { readonly name: "opening" }
  | { readonly name: "entering"; readonly entrance: "seat" | "kept_token" }
  | { readonly name: "lobby"; readonly isJoining: boolean; readonly problem: string | null }
  | { readonly name: "joined"; readonly meeting: Meeting }
  | { readonly name: "ended"; readonly reason: EndReason };

/** Why an attempt to join failed: for good, or so that the lobby can offer another. */
export type Refusal =
  | { readonly reason: EndReason }
  /** `losesSeat`: whatever this tab held does not let it in. */
  | { readonly problem: string; readonly losesSeat: boolean };

export type SessionEvent<Meeting> =
  | {
      readonly type: "opened";
      readonly isSupported: boolean;
      readonly entrance: "seat" | "kept_token" | undefined;
    }
  | { readonly type: "devices_started"; readonly hasProblems: boolean }
  | { readonly type: "join_pressed"; readonly entrance: Entrance }
  | { readonly type: "entered"; readonly meeting: Meeting }
  | { readonly type: "refused"; readonly refusal: Refusal }
  | { readonly type: "meeting_ended"; readonly reason: EndReason }
  | { readonly type: "leave_pressed" }
  | { readonly type: "again_pressed"; readonly hasSeat: boolean }
  /** The user went to another view, not by a reload. */
  | { readonly type: "view_closed" };

export type SessionCommand<Meeting> =
  | { readonly do: "start_devices" }
  | { readonly do: "stop_devices" }
  /** The user knows of the present device problems. */
  | { readonly do: "accept_problems" }
  /** Asks for a token ahead: if the meeting cannot be joined, the user learns that before getting ready. */
  | { readonly do: "prepare" }
  | { readonly do: "enter"; readonly entrance: Entrance }
  /** Gives the seat back, and frees what the page holds of the meeting. */
  | { readonly do: "leave"; readonly meeting: Meeting }
  /** Frees what the page holds of a meeting that is over. */
  | { readonly do: "dispose"; readonly meeting: Meeting }
  | { readonly do: "forget_seat" };

export interface SessionStep<Meeting> {
  readonly state: SessionState<Meeting>;
  readonly commands: readonly SessionCommand<Meeting>[];
}

/** The life of the view of one call or room, from the link to the end. */
export function stepSession<M>(state: SessionState<M>, event: SessionEvent<M>): SessionStep<M> {
  const isBefore = state.name === "opening" || state.name === "entering" || state.name === "lobby";
  switch (event.type) {
    case "opened":
      if (state.name !== "opening") break;
      if (!event.isSupported) return { state: { name: "ended", reason: "unsupported" }, commands: [] };
      return event.entrance ? entering(event.entrance) : toLobby();
    case "devices_started":
      if (state.name !== "entering") break;
      // A reload does not stop at the lobby: the others are waiting.
      if (state.entrance === "seat" || !event.hasProblems)
        return { state, commands: [{ do: "enter", entrance: state.entrance }] };
      return { state: lobby(null), commands: [] };
    case "join_pressed":
      if (state.name !== "lobby" || state.isJoining) break;
      return {
        state: { ...lobby(null), isJoining: true },
        commands: [{ do: "accept_problems" }, { do: "enter", entrance: event.entrance }],
      };
    case "entered":
      if (isBefore) return { state: { name: "joined", meeting: event.meeting }, commands: [] };
      // The user had gone before the platform answered.
      return { state, commands: [{ do: "leave", meeting: event.meeting }] };
    case "refused":
      // In the lobby a token was asked for ahead; the answer may come when the user is in by another one.
      if (!isBefore) break;
      if ("reason" in event.refusal) return end(state, event.refusal.reason);
      return {
        state: lobby(event.refusal.problem),
        commands: event.refusal.losesSeat ? [{ do: "forget_seat" }] : [],
      };
    case "meeting_ended":
      return state.name === "ended" ? { state, commands: [] } : end(state, event.reason);
    case "leave_pressed":
      return state.name === "joined" ? end(state, "left") : { state, commands: [] };
    case "again_pressed":
      if (state.name !== "ended") break;
      return state.reason === "elsewhere" && event.hasSeat ? entering("seat") : toLobby();
    case "view_closed":
      return state.name === "ended" ? { state, commands: [] } : end(state, "left");
  }
  return { state, commands: [] };
}

const lobby = (problem: string | null) => ({ name: "lobby", isJoining: false, problem }) as const;

const toLobby = <M>(): SessionStep<M> => ({
  state: lobby(null),
  commands: [{ do: "start_devices" }, { do: "prepare" }],
});

const entering = <M>(entrance: "seat" | "kept_token"): SessionStep<M> => ({
  state: { name: "entering", entrance },
  commands: [{ do: "start_devices" }],
});

function end<M>(state: SessionState<M>, reason: EndReason): SessionStep<M> {
  const commands: SessionCommand<M>[] = [];
  if (state.name === "joined") commands.push({ do: reason === "left" ? "leave" : "dispose", meeting: state.meeting });
  commands.push({ do: "stop_devices" });
  // The other tab has the newer seat; what this one keeps still opens the way back.
  if (reason !== "elsewhere") commands.push({ do: "forget_seat" });
  return { state: { name: "ended", reason }, commands };
}
