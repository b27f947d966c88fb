// An example of the README, which the types check. What the page around it has is declared here.
import type { PathFailureReason, RadistConnection } from "@radist-tech/client";

declare const connection: RadistConnection;
declare function show(reason: PathFailureReason | undefined, summary: string, advice: readonly string[]): void;

// #region readme
connection.on("error", async ({ code }) => {
  if (code !== "no_media_path") return;
  const { reason, summary, advice } = await connection.diagnose();
  show(reason, summary, advice);
});
// #endregion
