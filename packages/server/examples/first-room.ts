// An example of the README, which the types check. What the program around it has is declared here.
import type { RadistServerClient } from "@radist-tech/server";

declare const radist: RadistServerClient;

// #region readme
const { roomTokens } = await radist.createRoom({ tokens: 6 }); // the backend
// #endregion
