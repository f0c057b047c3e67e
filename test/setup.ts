import { execFileSync } from "node:child_process";
import { TOP } from "./shell.ts";

/** Builds the command once, before the tests that run it. */
export function setup(): void {
  execFileSync(process.execPath, ["scripts/build.js"], { cwd: TOP, stdio: "inherit" });
}
