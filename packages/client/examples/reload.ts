// An example of the README, which the types check. What the page around it has is declared here.
import type { RadistClient } from "@radist-tech/client";

declare const radist: RadistClient;
declare const callToken: string;

// #region readme
const stored = sessionStorage.getItem("call");
const credentials = stored ? { resume: JSON.parse(stored) } : { callToken };
const connection = await radist.createConnection({ ...credentials, channels: ["audio", "video"] });
addEventListener("pagehide", () => {
  if (connection.state.signaling === "closed") sessionStorage.removeItem("call");
  else sessionStorage.setItem("call", JSON.stringify(connection.resumeState));
});
// #endregion
