import type { CreatedProject } from "@radist-tech/protocol";
import { VERSION } from "@radist-tech/runtime";
import type { WorkerState } from "./media-worker.ts";

const UNPATCHED = `
  The media worker of the rooms lacks our patches: a hostile packet can restart it.
  How to get the patched one: infra/mediasoup-worker/README.md
`;

const missing = (path: string): string => `
  Rooms do not work yet: there is no media worker at
  ${path}
  They will as soon as that file is there. \`npm start\` builds or downloads it, unless MEDIASOUP_WORKER_BIN names another;
  \`node infra/commands/worker.mjs\` does so by itself, and prints its path.
`;

const NO_SERVERS = `
  Calls connect on this machine and within one network. For people elsewhere, set STUN_URLS and TURN_URLS
  (npm start -- --help; docs/connectivity.md).
`;

/** What a person who has started the platform wants to know. */
export function welcome(options: {
  port: number;
  /** The port of `/readyz` and `/metrics`, where it is another one. */
  adminPort: number | undefined;
  project: CreatedProject;
  /** The file with the secret key, once that has been shown: a terminal's history is no place to keep it. */
  keptIn: string | undefined;
  adminTokenFrom: string;
  worker: WorkerState;
  /** Whether participants are told of any STUN or TURN server. */
  hasIceServers: boolean;
}): string {
  const { port, adminPort, project, keptIn, adminTokenFrom, worker, hasIceServers } = options;
  const origin = `http://localhost:${port}`;
  return `
  Radist ${VERSION} is ready${typeof worker === "object" ? " for calls, not for rooms" : ""}.

    Page         ${origin}/
    API          ${origin}/api/v1  (described at ${origin}/api/v1/docs)
${adminPort === undefined ? "" : `    Health       http://localhost:${adminPort}/readyz and /metrics\n`}
    Project id   ${project.projectId}
    Public key   ${project.publicKey}
    Secret key   ${keptIn === undefined ? project.secretKey : `in ${keptIn}`}
    Admin token  ${adminTokenFrom}

  Browsers give camera and microphone to localhost and to HTTPS pages only.
  Stop with Ctrl+C; the data stays.
${hasIceServers ? "" : NO_SERVERS}${typeof worker === "object" ? missing(worker.missingAt) : worker === "unpatched" ? UNPATCHED : ""}
`;
}
