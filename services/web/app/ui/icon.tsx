/** Drawn on a 24 × 24 grid with round strokes of 1.75. */
const PATHS = {
  mic: "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  "mic-off":
    "M9 9v2.5a3 3 0 0 0 4.6 2.5M15 11.2V6.5a3 3 0 0 0-5.8-1M5.5 11.5a6.5 6.5 0 0 0 10.2 5.3M18.5 11.5a6.5 6.5 0 0 1-.5 2.4M12 18v3M4 3l16 18",
  camera: "M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2ZM15.5 10.5l5-3v9l-5-3",
  "camera-off":
    "M9.5 6.5h4a2 2 0 0 1 2 2v2l5-3v9l-3-1.8M15.2 16.4a2 2 0 0 1-1.7 1.1h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2h1M4 3l16 18",
  screen:
    "M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V6A1.5 1.5 0 0 1 4 4.5ZM8.5 20h7M12 13.5v-6M9.5 9.7 12 7.2l2.5 2.5",
  "screen-stop":
    "M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15V6A1.5 1.5 0 0 1 4 4.5ZM8.5 20h7M9.7 8.2l4.6 4.6M14.3 8.2l-4.6 4.6",
  chat: "M5.5 4.5h13a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H11l-4.5 4v-4h-1a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2ZM8 9h8M8 12.5h5",
  attach: "M18.5 11.5 11.8 18.2a4.2 4.2 0 0 1-6-6l7.4-7.3a2.9 2.9 0 0 1 4.1 4.1l-7.2 7.2a1.5 1.5 0 0 1-2.2-2.2l6.3-6.2",
  leave:
    "M3.2 14.6c-.5-.7-.7-1.6-.5-2.4C3.4 9.3 7.3 7.5 12 7.5s8.6 1.8 9.3 4.7c.2.8 0 1.7-.5 2.4l-.7.9c-.4.5-1 .7-1.6.5l-2.7-.9a1.4 1.4 0 0 1-1-1.5l.1-1.2a9.6 9.6 0 0 0-5.8 0l.1 1.2c.1.7-.3 1.3-1 1.5l-2.7.9c-.6.2-1.2 0-1.6-.5Z",
  copy: "M9.5 8.5h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-8a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2ZM4.5 15.5v-9a3 3 0 0 1 3-3h8",
  share: "M12 14.5v-11M8 7l4-4 4 4M5 12.5v6a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-6",
  check: "M5 12.5 10 17.5 19.5 7",
  close: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4.5 15.5 20 11.5 13.5 4 12ZM11.5 13.5 20 4.5",
  download: "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
  file: "M7 3.5h6.5L18.5 8.5v10a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-13a2 2 0 0 1 2-2ZM13.5 3.5v5h5",
  settings:
    "M4 7.5h9M18.5 7.5H20M4 16.5h1.5M11 16.5h9M15.7 5.2a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6ZM8.3 14.2a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6Z",
  help: "M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6ZM9.6 9.6a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.3 1-1.3 1.9M12 16.8v.1",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c.7-3.6 3.7-5.5 7.5-5.5s6.8 1.9 7.5 5.5",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  alert: "M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17v.1",
} as const;

export type IconName = keyof typeof PATHS;

/** Always beside or inside something that is labelled: hidden from assistive technology. */
export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={name === "leave" ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
