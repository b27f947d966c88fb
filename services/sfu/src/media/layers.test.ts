import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLayered, type Ladder, ladderOf, layerFor, wantedLayer } from "./layers.ts";

const HD = { width: 1_280, height: 720 };
const scaled = (...scales: (number | undefined)[]) => ({
  encodings: scales.map((scaleResolutionDownBy) => ({ scaleResolutionDownBy, scalabilityMode: "L1T3" })),
});
const svc = (scalabilityMode: string) => ({ encodings: [{ scalabilityMode }] });

describe("A ladder has", () => {
  test.each<[string, Parameters<typeof ladderOf>[0], number[]]>([
    ["a layer for each encoding, as large as it says", scaled(4, 2, 1), [1 / 4, 1 / 2, 1]],
    ["layers of any size", scaled(3, 1.5), [1 / 3, 2 / 3]],
    ["layers that halve where nothing is said", scaled(undefined, undefined, undefined), [1 / 4, 1 / 2, 1]],
    ["a layer alone for one encoding", scaled(2), [1]],
    ["a layer alone where no encoding is named", {}, [1]],
    ["the spatial layers of one encoding", svc("L3T3_KEY"), [1 / 4, 1 / 2, 1]],
    ["the spatial layers of independent streams", svc("S2T1"), [1 / 2, 1]],
    ["a layer alone where only time is layered", svc("L1T3"), [1]],
    ["a layer alone for a mode that nobody knows", svc("X9"), [1]],
  ])("%s", (_what, rtpParameters, fractions) => {
    expect(ladderOf(rtpParameters, HD)).toEqual({ ...HD, fractions });
  });

  test("the usual size of cameras, where no size or size 0 is given", () => {
    expect(ladderOf({}, {})).toMatchObject({ width: 1_280, height: 720 });
    expect(ladderOf({}, { width: 0, height: 0 })).toMatchObject({ width: 1_280, height: 720 });
    expect(ladderOf({}, { width: 720, height: 1_280 })).toMatchObject({ width: 720, height: 1_280 });
  });
});

const CAMERA = ladderOf(scaled(4, 2, 1), HD);
const at = (width: number) => ({ visible: true, width, height: Math.round((width * 720) / 1_280) });

describe("The layer for a view", () => {
  test.each([
    ["a thumbnail", 160, 0],
    ["as large as the lowest layer", 320, 0],
    ["stretched by less than can be seen", 416, 0],
    ["stretched visibly", 418, 1],
    ["as large as the middle one", 640, 1],
    ["almost full size", 1_000, 2],
    ["larger than the source", 4_000, 2],
    ["nothing wide", 0, 0],
  ])("that is %s", (_what, width, layer) => {
    expect(layerFor(CAMERA, at(width), undefined)).toBe(layer);
  });

  test("is the highest where no size is given", () => {
    expect(layerFor(CAMERA, { visible: true }, undefined)).toBe(2);
    expect(layerFor(CAMERA, { visible: true }, 0)).toBe(2);
  });

  test("depends on the larger of the two sides", () => {
    expect(layerFor(CAMERA, { visible: true, width: 10, height: 720 }, undefined)).toBe(2);
    expect(layerFor(CAMERA, { visible: true, width: 1_280 }, undefined)).toBe(2);
    expect(layerFor(CAMERA, { visible: true, height: 100 }, undefined)).toBe(0);
  });

  test("stays while an edge is dragged back and forth, rises when the picture is stretched, falls when the lower one suffices", () => {
    const layers: number[] = [];
    let current: number | undefined;
    for (const width of [320, 400, 420, 400, 330, 320, 400, 640, 830, 835, 700, 641, 640, 321, 320]) {
      current = layerFor(CAMERA, at(width), current);
      layers.push(current);
    }
    expect(layers).toEqual([0, 0, 1, 1, 1, 0, 0, 1, 1, 2, 2, 2, 1, 1, 0]);
  });
});

const ladders: fc.Arbitrary<Ladder> = fc.record({
  width: fc.integer({ min: 1, max: 16_384 }),
  height: fc.integer({ min: 1, max: 16_384 }),
  fractions: fc
    .array(fc.double({ min: 1 / 64, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 })
    .map((fractions) => fractions.toSorted((one, other) => one - other)),
});
const size = fc.integer({ min: 0, max: 16_384 });
const views = fc.record({ visible: fc.boolean(), width: fc.option(size, { nil: undefined }), height: size });
const ladderAndLayer = ladders.chain((ladder) =>
  fc.tuple(fc.constant(ladder), fc.option(fc.nat(ladder.fractions.length - 1), { nil: undefined })),
);
const RUNS = { numRuns: 2_000 };

describe("On any ladder the layer", () => {
  test("is one of its layers", () => {
    fc.assert(
      fc.property(ladderAndLayer, views, ([ladder, current], view) => {
        const layer = layerFor(ladder, view, current);
        expect(Number.isInteger(layer)).toBe(true);
        expect(layer).toBeGreaterThanOrEqual(0);
        expect(layer).toBeLessThan(ladder.fractions.length);
      }),
      RUNS,
    );
  });

  test("is the same when computed again", () => {
    fc.assert(
      fc.property(ladderAndLayer, views, ([ladder, current], view) => {
        const layer = layerFor(ladder, view, current);
        expect(layerFor(ladder, view, layer)).toBe(layer);
      }),
      RUNS,
    );
  });

  test("grows with the view, and with the layer before", () => {
    fc.assert(
      fc.property(ladderAndLayer, size, size, size, size, ([ladder, current], width, height, more, taller) => {
        const layer = layerFor(ladder, { visible: true, width, height }, current);
        const larger = { visible: true, width: width + more, height: height + taller };
        expect(layerFor(ladder, larger, current)).toBeGreaterThanOrEqual(layer);
        if (current !== undefined && current > 0) {
          expect(layerFor(ladder, { visible: true, width, height }, current - 1)).toBeLessThanOrEqual(layer);
        }
      }),
      RUNS,
    );
  });

  test("is never stretched visibly while there is a higher one, nor higher than one that suffices", () => {
    fc.assert(
      fc.property(ladderAndLayer, size, size, ([ladder, current], width, height) => {
        const { fractions } = ladder;
        const needed = Math.max(width / ladder.width, height / ladder.height);
        const layer = layerFor(ladder, { visible: true, width, height }, current);
        if (layer < fractions.length - 1) expect(Number(fractions[layer]) * 1.3).toBeGreaterThanOrEqual(needed);
        if (layer > 0) expect(Number(fractions[layer - 1])).toBeLessThan(needed);
      }),
      RUNS,
    );
  });

  test("changes at most once while a view alternates between two sizes that differ by less than the stretch", () => {
    const ratio = fc.double({ min: 1, max: 1.29, noNaN: true });
    fc.assert(
      fc.property(ladderAndLayer, size, size, ratio, ([ladder, current], width, height, by) => {
        const small = { visible: true, width, height };
        const large = { visible: true, width: width * by, height: height * by };
        const settled = layerFor(ladder, large, layerFor(ladder, small, current));
        let layer = settled;
        for (const view of [small, large, small, large]) {
          layer = layerFor(ladder, view, layer);
          expect(layer).toBe(settled);
        }
      }),
      RUNS,
    );
  });

  test("of a ladder with one layer is that layer", () => {
    fc.assert(
      fc.property(views, fc.option(fc.constant(0), { nil: undefined }), (view, current) => {
        expect(layerFor(ladderOf(svc("L1T3"), HD), view, current)).toBe(0);
      }),
    );
  });
});

describe("The layer that a producer is asked for", () => {
  test.each<[string, [boolean, number][], number]>([
    ["nothing when nobody takes it", [], -1],
    ["nothing when all have paused it", [[false, 2]], -1],
    [
      "the highest that flows to anybody",
      [
        [true, 0],
        [true, 1],
        [false, 2],
      ],
      1,
    ],
    ["the lowest when that is all that flows", [[true, 0]], 0],
  ])("is %s", (_what, takers, layer) => {
    expect(wantedLayer(takers.map(([isFlowing, spatialLayer]) => ({ isFlowing, spatialLayer })))).toBe(layer);
  });
});

test("simulcast and SVC are layered, simple and piped media are not", () => {
  expect((["simulcast", "svc", "simple", "pipe"] as const).map(isLayered)).toEqual([true, true, false, false]);
});
