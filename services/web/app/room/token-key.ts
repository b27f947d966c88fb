/** A token carries the name that the others see, so it is no use under another name. */
export const tokenKey = (roomId: string, name: string): string => `${roomId} ${name}`;
