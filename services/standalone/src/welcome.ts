import type { CreatedProject } from "@radist-tech/protocol";

const UNPATCHED = `
  The media worker of the rooms lacks our patches: a hostile packet can restart it.
  How to get the patched one: infra/mediasoup-worker/README.md
`;

/** What a person who has started the platform wants to know. */
export function welcome(options: {
  port: number;
  project: CreatedProject;
  /** The file with the secret key, once that has been shown: a terminal's history is no place to keep it. */
  keptIn: string | undefined;
  adminTokenFrom: string;
  /** Of a media worker that is there; undefined when it is still to come, and tells of itself then. */
  isWorkerPatched: boolean | undefined;
}): string {
  const { port, project, keptIn, adminTokenFrom, isWorkerPatched } = options;
  const origin = `http://localhost:${port}`;
  return `
  Radist is ready.

    Page         ${origin}/
    API          ${origin}/api/v1  (described at ${origin}/api/v1/docs)

    Project id   ${project.projectId}
    Public key   ${project.publicKey}
    Secret key   ${keptIn === undefined ? project.secretKey : `in ${keptIn}`}
    Admin token  ${adminTokenFrom}

  Browsers give camera and microphone to localhost and to HTTPS pages only.
  Stop with Ctrl+C; the data stays.
${isWorkerPatched === false ? UNPATCHED : ""}
`;
}
