// An example of the README, which the types check. What the page around it has is declared here.
import { type RadistClient, storedSeat } from "@radist-tech/client";

declare const radist: RadistClient;
declare const callId: string;
declare const callToken: string;

// #region readme
const resume = storedSeat(sessionStorage, callId);
const connection = await radist.createConnection({
  ...(resume ? { resume } : { callToken }),
  channels: ["audio", "video"],
  resumeStorage: sessionStorage,
});

// #endregion

export { connection };
