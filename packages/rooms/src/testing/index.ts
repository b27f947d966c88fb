export { type Replayed, replay } from "./replay.ts";
export { factsOf, viewsOf } from "./views.ts";
