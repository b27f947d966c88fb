// An example of the README, which the types check. What the page around it has is declared here.
import type { RadistConnection } from "@radist-tech/client";

declare const connection: RadistConnection;
declare function showNumber(safetyNumber: string | undefined, isChanged: boolean): void;

// #region readme
connection.on("safetynumber", ({ safetyNumber, isChanged }) => showNumber(safetyNumber, isChanged));
// #endregion
