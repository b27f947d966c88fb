/** What to tell a user whose media has had no path for a while, and what to try. */
export const NO_PATH =
  "Sound and video cannot get through. Try another network, or switch off a VPN or firewall. Trying again…";
