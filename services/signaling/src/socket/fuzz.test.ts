import { fuzzSockets } from "../testing/fuzz.ts";

fuzzSockets({ messages: 40, connections: 8 });
