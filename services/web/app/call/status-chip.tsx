import { StatusChip } from "../meeting/status-chip.tsx";
import { callStatus } from "./call-status.ts";
import type { JoinedCall } from "./joined-call.ts";

export function CallStatus({ call }: { call: JoinedCall }) {
  const quality = call.quality.current.value;
  const signaling = call.signaling.value;
  const path = call.path.value;
  const data = { "data-signaling": signaling, "data-media": path, "data-route": quality?.route };
  return <StatusChip status={callStatus({ signaling, path, peer: call.peer.status.value.at, quality })} data={data} />;
}
