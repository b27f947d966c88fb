import { CallPage } from "./call/call-page.tsx";
import { Home } from "./home/home.tsx";
import { Missing } from "./home/missing.tsx";
import { RoomPage } from "./room/room-page.tsx";
import { route } from "./router.ts";
import { Announcer } from "./ui/announcer.tsx";

export function App() {
  return (
    <>
      <View />
      <Announcer />
    </>
  );
}

function View() {
  const current = route.value;
  switch (current.name) {
    case "home":
      return <Home />;
    case "call":
      return <CallPage key={current.callId} callId={current.callId} />;
    case "room":
      return <RoomPage key={current.roomId} roomId={current.roomId} />;
    case "missing":
      return <Missing />;
  }
}
