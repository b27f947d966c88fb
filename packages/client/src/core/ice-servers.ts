/** The application's configuration, with the platform's servers unless it names its own. */
export function withIceServers(own: RTCConfiguration | undefined, platform: RTCIceServer[]): RTCConfiguration {
  return { ...own, iceServers: own?.iceServers ?? platform };
}
