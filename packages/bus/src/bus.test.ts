import { freshSubjectPrefix, sharedNatsUrl } from "@radist-tech/testkit";
import { describe } from "vitest";
import type { OpenPair } from "./bus.contract.ts";
import { busContract } from "./bus.contract.ts";
import { inProcessBus } from "./in-process.ts";
import { connectNats } from "./nats.ts";

const inProcess: OpenPair = async (logger) => {
  const bus = inProcessBus({ logger });
  return { one: bus, other: bus, [Symbol.asyncDispose]: () => bus.close() };
};

const nats: OpenPair = async (logger) => {
  const options = { url: sharedNatsUrl(), prefix: freshSubjectPrefix(), name: "bus contract", logger };
  const [one, other] = await Promise.all([connectNats(options), connectNats(options)]);
  return {
    one,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all([one.close(), other.close()]);
    },
  };
};

describe.each([
  { name: "in process", open: inProcess },
  { name: "NATS", open: nats },
])("bus $name", ({ open }) => {
  busContract(open);
});
