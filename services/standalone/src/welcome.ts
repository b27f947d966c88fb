import type { CreatedProject } from "@radist-tech/protocol";

const UNPATCHED = `
  The media worker of the rooms lacks our patches: a hostile packet can restart it.
  How to get the patched one: infra/mediasoup-worker/README.md
`;

/** What a person who has started the platform wants to know. */
export function welcome(options: {
  port: number;
  project: CreatedProject;
  adminTokenFrom: string;
  /** Of a media worker that is there; undefined when it is still to come, and tells of itself then. */
  isWorkerPatched: boolean | undefined;
}): string {
  const { port, project, adminTokenFrom, isWorkerPatched } = options;
  const origin = `http://localhost:${port}`;
  return `
  Radist is ready.

    Page         ${origin}/
    API          ${origin}/api/v1  (described at ${origin}/api/v1/docs)

    Project id   ${project.projectId}
    Public key   ${project.publicKey}
    Secret key   ${project.secretKey}
    Admin token  ${adminTokenFrom}

  Browsers give camera and microphone to localhost and to HTTPS pages only.
  Stop with Ctrl+C; the data stays.
${isWorkerPatched === false ? UNPATCHED : ""}
`;
}
