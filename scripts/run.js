// Runs a TypeScript script of this repository: `node scripts/run.js samples/generate.ts [ARG...]`.
import { mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [script, ...args] = process.argv.slice(2);
const folder = mkdtempSync(resolve("node_modules/.run-"));
const outfile = join(folder, "script.mjs");
try {
  await build({
    entryPoints: [script],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  process.argv = [process.argv[0], resolve(script), ...args];
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
