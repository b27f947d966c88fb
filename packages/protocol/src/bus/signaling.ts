import { z } from "zod";
import { CallId, Epoch, NodeId, PeerId, ProjectId } from "../ids.ts";
import { CallLeftReason, CallSnapshot, P2PServerMessage } from "../p2p.ts";

/** Bus subjects of the signaling plane, each with the schema of what travels on it. */
export const SUBJECTS = {
  /** To one node: an event of a call for peers whose sockets it holds. {@link CallNotification} */
  callEvents: (node: NodeId) => `signaling.node.${node}.events`,
  /** To one node, as a request: a signal for a peer whose socket it holds. {@link SignalHead} → {@link SignalOutcome} */
  signals: (node: NodeId) => `signaling.node.${node}.signals`,
  /** To one node, as a request: another socket has claimed a peer. {@link Release} → {@link Released} */
  releases: (node: NodeId) => `signaling.node.${node}.releases`,
  /** To all signaling nodes: something ended at the API. {@link Control} */
  control: "signaling.control",
} as const;

/** Who is where in a call, as the signaling nodes know it. */
export const CallView = z.object({
  /** Counts the call's steps without gaps: a node that sees one missing asks the database. */
  version: z.int(),
  peers: z.array(
    z.object({
      peerId: PeerId,
      status: z.enum(["connected", "disconnected", "left", "expired"]),
      epoch: Epoch,
      nodeId: NodeId,
    }),
  ),
});
export type CallView = z.infer<typeof CallView>;

/** What one step of a call tells to one peer on another node. */
export const CallNotification = z.object({
  callId: CallId,
  to: PeerId,
  /** The claim under which the receiving node should hold the peer. */
  epoch: Epoch,
  view: CallView,
  messages: z.array(P2PServerMessage),
});
export type CallNotification = z.infer<typeof CallNotification>;

/** Heads a signal on its way between nodes; the frame follows after a line feed, as the target will get it. */
export const SignalHead = z.object({
  callId: CallId,
  to: PeerId,
  epoch: Epoch,
  /** Counts the sender's signals under its own claim: one that is sent again is not delivered again. */
  origin: z.object({ peerId: PeerId, epoch: Epoch, count: z.int() }),
});
export type SignalHead = z.infer<typeof SignalHead>;

/** What became of a signal at the node it was sent to. */
export const SignalOutcome = z.enum(["delivered", "not_here"]);
export type SignalOutcome = z.infer<typeof SignalOutcome>;

/** Asks a node to let go of a peer that another socket has claimed; the answer is what the old socket may have missed. */
export const Release = z.object({ callId: CallId, peerId: PeerId, epoch: Epoch, call: CallSnapshot });
export type Release = z.infer<typeof Release>;
export const Released = z.object({ frames: z.array(z.string()) });
export type Released = z.infer<typeof Released>;

/** Ended by the API: nodes close what they hold of it. */
export const Control = z.discriminatedUnion("type", [
  z.object({ type: z.literal("call_ended"), callId: CallId, reason: CallLeftReason }),
  z.object({ type: z.literal("project_deleted"), projectId: ProjectId }),
]);
export type Control = z.infer<typeof Control>;
