import { RadistError } from "../errors.ts";
import type { FailedEnding, SocketEffect, SocketEvents, SocketPhase } from "./socket-phase.ts";

/** A socket that was not admitted by then is given up, and another one tried. */
export const ATTEMPT_MS = 10_000;
/** How long a first join keeps trying while the platform cannot be reached. */
export const JOIN_MS = 15_000;
/** A socket that lived longer than this clears the record of earlier failures. */
export const STABLE_MS = 10_000;
/** A socket on which nothing arrives for this long is asked for a sign of life: a path can be dead without being closed. */
export const SILENCE_MS = 10_000;
/** How long that answer may take. */
export const ANSWER_MS = 5_000;
/** How long it may take when something suggests that the network changed. */
export const PROBE_MS = 3_000;

export interface Transition<End> {
  readonly next: SocketPhase;
  readonly effects: readonly SocketEffect<End>[];
}

type PhaseName = SocketPhase["name"];
export type EventName = keyof SocketEvents<unknown>;

type In<Name extends PhaseName> = Extract<SocketPhase, { name: Name }>;

/** What each event does in each phase. */
type TransitionTable = {
  readonly [Name in PhaseName]: {
    readonly [Event in EventName]: <End>(phase: In<Name>, event: SocketEvents<End>[Event]) => Transition<End>;
  };
};

const TABLE: TransitionTable = {
  idle: {
    connect: ({ joinBy }) => open({ joinBy, failures: 0 }),
    joined: stay,
    refused: stay,
    heard: stay,
    lost: stay,
    retryDue: stay,
    silent: stay,
    unanswered: stay,
    nudged: stay,
    end: (_, { ending }) => close(ending),
  },
  opening: {
    connect: (phase) => open(phase, { type: "close", socket: "current", code: 1000 }),
    joined: ({ refusal, failures }, { at }) => join({ refusal, failures, isProbing: false }, at),
    refused: (phase, { error }) => ({ next: { ...phase, refusal: error }, effects: [] }),
    heard: stay,
    lost: (phase, { at, isOnline, verdict }) => {
      if (verdict !== "retry") return close(verdict);
      if (phase.joinBy !== undefined && at > phase.joinBy) {
        return fail(phase.refusal ?? new RadistError("network_error"));
      }
      return retry(phase, isOnline);
    },
    retryDue: stay,
    silent: stay,
    unanswered: stay,
    nudged: stay,
    end: (_, { ending }) => close(ending),
  },
  joined: {
    connect: demote,
    joined: (phase, { at }) => join(phase, at),
    refused: (phase, { error }) => ({ next: { ...phase, refusal: error }, effects: [] }),
    heard: (phase) => ({
      next: { ...phase, isProbing: false },
      effects: [
        { type: "stopTimer", timer: "probe" },
        { type: "startTimer", timer: "silence", ms: SILENCE_MS },
      ],
    }),
    lost: ({ since, failures }, { at, isOnline, verdict }) => {
      if (verdict !== "retry") return close(verdict);
      return retry({ joinBy: undefined, failures: at - since > STABLE_MS ? 0 : failures }, isOnline);
    },
    retryDue: stay,
    silent: (phase, { canSend }) => probe(phase, canSend, ANSWER_MS),
    unanswered: demote,
    nudged: (phase, { canSend }) => probe(phase, canSend, PROBE_MS),
    end: (_, { ending }) => close(ending),
  },
  waiting: {
    connect: (phase) => open(phase),
    joined: stay,
    refused: stay,
    heard: stay,
    lost: stay,
    retryDue: (phase) => open(phase),
    silent: stay,
    unanswered: stay,
    nudged: (phase) => open(phase),
    end: (_, { ending }) => close(ending),
  },
  closed: {
    connect: stay,
    joined: stay,
    refused: stay,
    heard: stay,
    lost: stay,
    retryDue: stay,
    silent: stay,
    unanswered: stay,
    nudged: stay,
    end: stay,
  },
};

/** The phase after an event, and what is to be done. Pure. */
export function transition<Event extends EventName, End>(
  phase: SocketPhase,
  name: Event,
  event: SocketEvents<End>[Event],
): Transition<End> {
  const row = TABLE[phase.name] as TransitionTable[PhaseName];
  const step = row[name] as <E>(phase: SocketPhase, event: SocketEvents<E>[Event]) => Transition<E>;
  return step(phase, event);
}

function stay<End>(phase: SocketPhase): Transition<End> {
  return { next: phase, effects: [] };
}

type Attempts = Pick<In<"waiting">, "joinBy" | "failures">;

/** @param before what happens to the present socket */
function open<End>({ joinBy, failures }: Attempts, ...before: SocketEffect<End>[]): Transition<End> {
  return {
    next: { name: "opening", joinBy, failures, refusal: undefined },
    effects: [
      { type: "stopTimers" },
      ...before,
      { type: "startTimer", timer: "attempt", ms: ATTEMPT_MS },
      { type: "open" },
      { type: "reportState" },
    ],
  };
}

/** Opens another socket while the present one still works. */
function demote<End>({ failures }: In<"joined">): Transition<End> {
  return open({ joinBy: undefined, failures }, { type: "demote" });
}

function probe<End>(phase: In<"joined">, canSend: boolean, ms: number): Transition<End> {
  if (phase.isProbing || !canSend) return stay(phase);
  return {
    next: { ...phase, isProbing: true },
    effects: [{ type: "probe" }, { type: "startTimer", timer: "probe", ms }],
  };
}

function join<End>(phase: Omit<In<"joined">, "name" | "since">, at: number): Transition<End> {
  const { refusal, failures, isProbing } = phase;
  return {
    next: { name: "joined", since: at, refusal, failures, isProbing },
    effects: [
      { type: "stopTimer", timer: "attempt" },
      { type: "startTimer", timer: "silence", ms: SILENCE_MS },
      { type: "close", socket: "previous", code: 1000 },
      { type: "reportState" },
      { type: "resolveJoins" },
    ],
  };
}

function retry<End>({ joinBy, failures }: Attempts, isOnline: boolean): Transition<End> {
  return {
    next: { name: "waiting", joinBy, failures: isOnline ? failures + 1 : failures },
    effects: [
      { type: "stopTimers" },
      { type: "close", socket: "current" },
      // The browser will report when it is online again; until then a rare attempt costs little, and some browsers are wrong.
      { type: "scheduleRetry", attempt: isOnline ? failures : Number.POSITIVE_INFINITY },
      { type: "reportState" },
    ],
  };
}

function fail<End>(error: RadistError): Transition<End> {
  return close<End>({ reason: "failed", error });
}

function close<End>(ending: End | FailedEnding): Transition<End> {
  return {
    next: { name: "closed" },
    effects: [
      { type: "stopTimers" },
      { type: "close", socket: "current", code: 1000 },
      { type: "close", socket: "previous", code: 1000 },
      { type: "reportState" },
      { type: "reportEnd", ending },
    ],
  };
}
