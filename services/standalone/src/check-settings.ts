// Whether the platform can start with these settings, told before anything that takes long: node check-settings.ts
import process from "node:process";
import { InvalidConfig, readConfig } from "@radist-tech/runtime";
import { StandaloneConfig } from "./config.ts";

try {
  readConfig(StandaloneConfig, process.env);
} catch (error) {
  if (!(error instanceof InvalidConfig)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
