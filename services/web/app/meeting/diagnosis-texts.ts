import type { CandidateKind, CandidatePair, IceServerOutcome, PathDiagnosis } from "@radist-tech/client";

const PATHS: Readonly<Record<PathDiagnosis["path"], string>> = {
  call: "Path to the other browser",
  send: "Path to send",
  receive: "Path to receive",
};

const OUTCOMES: Readonly<Record<IceServerOutcome["outcome"], string>> = {
  answered: "Answered",
  refused: "Refused",
  unreachable: "Cannot be reached",
  silent: "Nothing heard",
};

/** What support needs to know of a path, by name. */
export function pathLines({
  path,
  state,
  candidates,
  pairs,
  selected,
}: PathDiagnosis): [what: string, value: string][] {
  return [
    [PATHS[path], state],
    ["Own addresses", counted(candidates.local)],
    ["Addresses of the other side", counted(candidates.remote)],
    ["Pairs tried", pairStates(pairs)],
    ["In use", selected ? pairLine(selected) : "none"],
  ];
}

/** `Refused (401 Unauthorized)` */
export function serverLine({ outcome, error }: IceServerOutcome): string {
  return error ? `${OUTCOMES[outcome]} (${`${error.code} ${error.text}`.trim()})` : OUTCOMES[outcome];
}

const kindLine = ({ type, protocol, relayProtocol }: CandidateKind): string =>
  `${type} ${protocol}${relayProtocol ? ` by ${relayProtocol}` : ""}`;

const counted = (all: readonly (CandidateKind & { readonly count: number })[]): string =>
  all.map((each) => `${each.count} × ${kindLine(each)}`).join(", ") || "none";

/** `3 failed, 1 in-progress` */
function pairStates(pairs: readonly CandidatePair[]): string {
  const counts = new Map<string, number>();
  for (const { state } of pairs) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ") || "none";
}

function pairLine({ local, remote, roundTripTimeMs }: CandidatePair): string {
  const roundTrip = roundTripTimeMs === undefined ? "" : `, ${Math.round(roundTripTimeMs)} ms`;
  return `${kindLine(local)} to ${kindLine(remote)}${roundTrip}`;
}
