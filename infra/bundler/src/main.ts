#!/usr/bin/env node
// Bundles the service in the current folder into its folder `bundle`.
import process from "node:process";
import { bundleService } from "./bundle.ts";

await bundleService(process.cwd());
