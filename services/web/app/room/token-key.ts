/** A token carries the name that the others see: under another one it is of no use. */
export const tokenKey = (roomId: string, name: string): string => `${roomId} ${name}`;
