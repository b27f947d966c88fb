/** What an error means to the API (`status`), to a socket (`close`, null keeps it open) and to a client (`retry`). */
export interface ErrorSpec {
  readonly status: number;
  readonly close: number | null;
  /** Closes the socket with this code when the same error goes on and on. */
  readonly closeWhenRepeated?: number;
  readonly retry: boolean;
  readonly message: string;
}
