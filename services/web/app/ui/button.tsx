import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";
import "./button.css";

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: () => void;
  readonly kind?: "primary" | "quiet";
  readonly icon?: IconName;
  readonly type?: "button" | "submit";
  readonly disabled?: boolean;
  readonly testId?: string;
}

export function Button({ children, onClick, kind = "quiet", icon, type = "button", disabled, testId }: ButtonProps) {
  return (
    <button
      type={type}
      class={`button button-${kind}`}
      onClick={onClick}
      disabled={disabled ?? false}
      data-testid={testId}
    >
      {icon && <Icon name={icon} size={20} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProps {
  readonly icon: IconName;
  /** What it does; also the tooltip. */
  readonly label: string;
  readonly onClick: () => void;
  /** The key that does the same, shown in the tooltip. */
  readonly shortcut?: string;
  /** `off`: a device is off. `on`: something is active. `danger`: it ends something. */
  readonly tone?: "plain" | "off" | "on" | "danger";
  /** The number of new entries, which the label mentions too. */
  readonly badge?: number;
  /** A number next to the icon. */
  readonly count?: number;
  readonly testId?: string;
  readonly small?: boolean;
  readonly disabled?: boolean;
}

export function IconButton(props: IconButtonProps) {
  const { icon, label, shortcut, tone = "plain", badge = 0, count } = props;
  return (
    <button
      type="button"
      class={`icon-button icon-button-${tone} ${props.small ? "icon-button-small" : ""}`}
      aria-label={badge > 0 ? `${label}, ${badge} new` : label}
      aria-keyshortcuts={shortcut}
      data-tip={shortcut ? `${label} (${shortcut})` : label}
      data-testid={props.testId}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      <Icon name={icon} size={props.small ? 20 : 24} />
      {badge > 0 && <span class="badge">{badge > 9 ? "9+" : badge}</span>}
      {count !== undefined && <span class="badge badge-quiet">{count}</span>}
    </button>
  );
}
