import type { ComponentChildren } from "preact";
import { Icon } from "./icon.tsx";
import "./warning.css";

/** Something that the user should know or do, shown where it matters. */
export function Warning({ children, action }: { children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="warning" role="alert" data-testid="warning">
      <Icon name="alert" size={20} />
      <div>
        <p>{children}</p>
        {action}
      </div>
    </div>
  );
}
