import type { types } from "mediasoup";

/** How a client shows a video: whether at all, and how large in device pixels. */
export interface View {
  readonly visible: boolean;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** A video source and its spatial layers, each as a fraction of the source's size, lowest first. */
export interface Ladder {
  readonly width: number;
  readonly height: number;
  readonly fractions: readonly number[];
}

/** What cameras send unless they say otherwise, pixels. */
const USUAL = { width: 1_280, height: 720 };

/** A layer may be shown this much larger than it is before the next one is worth its bits. */
const STRETCH = 1.3;

export function ladderOf(
  rtpParameters: {
    encodings?: { scalabilityMode?: string | undefined; scaleResolutionDownBy?: number | undefined }[] | undefined;
  },
  size: { width?: number | undefined; height?: number | undefined },
): Ladder {
  const encodings = rtpParameters.encodings ?? [{}];
  const count = encodings.length > 1 ? encodings.length : spatialLayers(encodings[0]?.scalabilityMode);
  const fractions = Array.from({ length: count }, (_none, layer) => {
    const scale = encodings.length > 1 ? encodings[layer]?.scaleResolutionDownBy : undefined;
    return 1 / (scale ?? 2 ** (count - 1 - layer));
  });
  return { width: size.width || USUAL.width, height: size.height || USUAL.height, fractions };
}

const spatialLayers = (mode: string | undefined): number => Number(/^[LS](\d)/.exec(mode ?? "")?.[1] ?? 1);

/**
 * The lowest layer that looks sharp enough. To go up, the picture must be stretched visibly; to come down, the lower
 * layer must be no smaller than the picture: between the two nothing changes, so that dragging an edge does not flap.
 */
export function layerFor(ladder: Ladder, view: View, current: number | undefined): number {
  const top = ladder.fractions.length - 1;
  if (view.width === undefined && view.height === undefined) return top;
  const needed = Math.max((view.width ?? 0) / ladder.width, (view.height ?? 0) / ladder.height);
  const first = (reach: number): number => {
    const layer = ladder.fractions.findIndex((fraction) => fraction * reach >= needed);
    return layer === -1 ? top : layer;
  };
  const atLeast = first(STRETCH);
  const enough = first(1);
  if (current === undefined || current < atLeast) return atLeast;
  return Math.min(current, enough);
}

/** The highest spatial layer of a producer that any consumer takes; -1: none. */
export function wantedLayer(
  consumers: Iterable<{ readonly isFlowing: boolean; readonly spatialLayer: number }>,
): number {
  let highest = -1;
  for (const { isFlowing, spatialLayer } of consumers) if (isFlowing) highest = Math.max(highest, spatialLayer);
  return highest;
}

export const isLayered = (type: types.ConsumerType | types.ProducerType): boolean =>
  type === "simulcast" || type === "svc";
