export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How tiles of one size are laid out on the stage, in CSS pixels. */
export interface GridShape {
  readonly columns: number;
  readonly tile: Size;
  /** They would be too small to fit, so the grid is higher than the stage. */
  readonly scrolls: boolean;
}

/**
 * Cameras send 16 : 9. To fill the stage, a little may be cropped at the top and bottom, and much at the sides; upright
 * tiles suit an upright stage only.
 */
const ASPECTS = { upright: { min: 3 / 4, max: 16 / 9 }, wide: { min: 1, max: 1.9 } };
/** No one recognises a face in anything smaller. */
const SMALLEST: Size = { width: 140, height: 90 };
/** The width of a scroll bar, at most. */
const SCROLL_BAR = 12;

/** The number of columns that makes `count` tiles largest. */
export function gridShape(count: number, stage: Size, gap: number): GridShape {
  const aspect = ASPECTS[stage.height > stage.width ? "upright" : "wide"];
  const most = Math.max(1, Math.min(count, Math.floor((stage.width + gap) / (SMALLEST.width + gap))));
  let best: GridShape | undefined;
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(count / columns);
    const width = (stage.width - gap * (columns - 1)) / columns;
    const height = (stage.height - gap * (rows - 1)) / rows;
    const tile = fit({ width, height }, aspect);
    if (tile.height < SMALLEST.height || tile.width < Math.min(SMALLEST.width, stage.width)) continue;
    if (!best || area(tile) > area(best.tile)) best = { columns, tile, scrolls: false };
  }
  return best ?? scrolling(most, stage, gap);
}

function scrolling(most: number, stage: Size, gap: number): GridShape {
  const width = Math.floor((stage.width - SCROLL_BAR - gap * (most - 1)) / most);
  return { columns: most, tile: { width, height: Math.floor(width / (4 / 3)) }, scrolls: true };
}

function fit({ width, height }: Size, aspect: { min: number; max: number }): Size {
  const fitted = Math.floor(Math.min(width, height * aspect.max));
  return { width: fitted, height: Math.floor(Math.min(height, fitted / aspect.min)) };
}

const area = ({ width, height }: Size): number => width * height;
