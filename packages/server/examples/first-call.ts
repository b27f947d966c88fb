// An example of the README, which the types check. What the program around it has is declared here.

// #region readme
import { RadistServerClient } from "@radist-tech/server";

const radist = new RadistServerClient(process.env.RADIST_KEY, {
  projectId: process.env.RADIST_PROJECT_ID,
  apiBaseUrl: "http://localhost:3000/api/v1",
});

const { callId, callTokens } = await radist.createP2PConnection();
// One token for each of the two participants; for a new one: radist.mintConnectionToken({ callId })
// #endregion
