/** Secret keys and tokens that a text holds, and public keys, which logs have no use for either. */
export const credentialsIn = (text: string): string[] =>
  [...text.matchAll(/rad_[sp]k_[0-9A-Za-z]{20,}|[cr]t_[0-9A-Za-z_-]{20,}/g)].map(([credential]) => credential);
