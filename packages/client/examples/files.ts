// An example of the README, which the types check. What the page around it has is declared here.
import type { RadistConnection } from "@radist-tech/client";

declare const connection: RadistConnection;
declare const file: File;
declare const signal: AbortSignal;
declare function showProgress(share: number): void;
declare function save(name: string, content: Blob): void;

// #region readme
await connection.sendFile(file, { onProgress: (bytes) => showProgress(bytes / file.size), signal });

connection.on("file", async (file) => {
  file.onprogress = (bytes) => showProgress(bytes / file.size);
  save(file.name, await file.blob); // or file.cancel()
});
// #endregion
