/** What lives as long as this tab; undefined when the user has forbidden it. */
export function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
