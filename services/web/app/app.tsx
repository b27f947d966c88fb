import { CallPage } from "./call/call-page.tsx";
import { Home } from "./home/home.tsx";
import { Missing } from "./home/missing.tsx";
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
    case "missing":
      return <Missing />;
  }
}
