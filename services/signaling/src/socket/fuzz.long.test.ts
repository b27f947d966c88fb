import { fuzzSockets } from "../testing/fuzz.ts";

fuzzSockets({ messages: 1_000, connections: 200 });
