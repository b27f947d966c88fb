/** The secret keys, tokens and public keys in a text. */
export const credentialsIn = (text: string): string[] =>
  [...text.matchAll(/rad_[sp]k_[0-9A-Za-z]{20,}|[cr]t_[0-9A-Za-z_-]{20,}/g)].map(([credential]) => credential);
