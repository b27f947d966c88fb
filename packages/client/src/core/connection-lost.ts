import { RadistError } from "./errors.ts";

/** The connection to the platform was lost before an answer came: the request may have been processed or not. */
export class ConnectionLost extends RadistError {
  constructor() {
    super("network_error");
  }
}
