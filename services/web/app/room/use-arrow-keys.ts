import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

/**
 * Makes the buttons of a list a single tab stop; arrow keys, Home and End move between them.
 * (WAI-ARIA Authoring Practices, roving tabindex)
 */
export function useArrowKeys(list: RefObject<HTMLElement | null>, columns: number): void {
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const buttons = (): HTMLElement[] => [...element.querySelectorAll("button")];
    const keepOneStop = (): void => {
      const all = buttons();
      const stop = all.find((button) => button === document.activeElement) ?? all.find(isStop) ?? all[0];
      for (const button of all) if (isStop(button) !== (button === stop)) button.tabIndex = button === stop ? 0 : -1;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.target instanceof HTMLElement)) return;
      const all = buttons();
      const at = all.indexOf(event.target);
      const to = target(event.key, at, columns, all.length);
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
    };
    keepOneStop();
    const observer = new MutationObserver(keepOneStop);
    observer.observe(element, { childList: true, subtree: true });
    element.addEventListener("focusin", keepOneStop);
    element.addEventListener("keydown", onKey);
    return () => {
      observer.disconnect();
      element.removeEventListener("focusin", keepOneStop);
      element.removeEventListener("keydown", onKey);
    };
  }, [columns]);
}

const isStop = (button: HTMLElement): boolean => button.tabIndex === 0;

function target(key: string, at: number, columns: number, count: number): number | undefined {
  switch (key) {
    case "ArrowRight":
      return at + 1;
    case "ArrowLeft":
      return at - 1;
    case "ArrowDown":
      return at + columns;
    case "ArrowUp":
      return at - columns;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
