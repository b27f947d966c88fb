import type { CreatedProject } from "@radist-tech/protocol";

/** What a person who has started the platform wants to know. */
export function welcome(options: { port: number; project: CreatedProject; adminTokenFrom: string }): string {
  const { port, project, adminTokenFrom } = options;
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

`;
}
