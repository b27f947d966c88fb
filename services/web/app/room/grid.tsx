import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { gridShape } from "./grid-shape.ts";
import { useArrowKeys } from "./use-arrow-keys.ts";
import "./grid.css";

const GAP = 8;

/** Tiles of one size, as large as the space allows. */
export function Grid({ count, label, children }: { count: number; label: string; children: ComponentChildren }) {
  const outer = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) size.value = { width: entry.contentRect.width, height: entry.contentRect.height };
    });
    if (outer.current) observer.observe(outer.current);
    return () => observer.disconnect();
  }, []);

  const { columns, tile, scrolls } = gridShape(count, size.value, GAP);
  useArrowKeys(list, columns);
  return (
    <div class="grid" ref={outer}>
      <div class={`grid-view ${scrolls ? "grid-view-scrolls" : ""}`}>
        <ul
          ref={list}
          class="grid-tiles"
          aria-label={label}
          data-testid="grid"
          data-columns={columns}
          style={{
            "--tile-width": `${tile.width}px`,
            "--tile-height": `${tile.height}px`,
            width: `${columns * tile.width + (columns - 1) * GAP}px`,
            gap: `${GAP}px`,
          }}
        >
          {children}
        </ul>
      </div>
    </div>
  );
}
