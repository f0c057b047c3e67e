// Bundles the command into dist/: main.cjs for the start, and a file for each module that is imported on demand.
// CommonJS, because Node starts it some 5 ms (a tenth of a bare start) sooner than ES modules.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const onDemand = new Map();

/** Folders of the packages whose code is in a bundle. */
const packages = new Set();

/** Packages that stay in node_modules: their files need others beside them (WebAssembly). */
const LEFT_OUT = ["iced-x86"];

/** Leaves `import("x")` to the run, as `import("./x.cjs")`, and notes it as a bundle of its own. */
const leaveDynamicImports = {
  name: "leave-dynamic-imports",
  setup(context) {
    context.onResolve({ filter: /.*/ }, ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import" || path.startsWith("node:")) return undefined;
      if (LEFT_OUT.includes(path)) return { path, external: true };
      const name = basename(path, ".ts");
      const entry = path.startsWith(".") ? join(resolveDir, path) : path;
      if ((onDemand.get(name) ?? entry) !== entry)
        throw new Error(`${entry} and ${onDemand.get(name)} would be the same bundle, ${name}.cjs`);
      onDemand.set(name, entry);
      return { path: `./${name}.cjs`, external: true };
    });
  },
};

async function bundle(name, entry) {
  const { metafile } = await build({
    entryPoints: { [name]: entry },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    // As require: the loader of ES modules takes half a start.
    supported: { "dynamic-import": false },
    minify: true,
    metafile: true,
    plugins: [leaveDynamicImports],
    alias: {
      // commander loads it for subcommands that are programs of their own, which hvmsg has none of.
      "node:child_process": "./scripts/nothing.js",
      // hvmsg tells chalk itself whether to colour.
      "#supports-color": "./scripts/nothing.js",
    },
  });
  for (const path of Object.keys(metafile.inputs)) {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? [];
    if (folder) packages.add(folder);
  }
}

/** What the licences ask of those who hand the code on: their texts. */
function licences() {
  return [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
}

rmSync("dist", { recursive: true, force: true });
await bundle("main", "src/main.ts");
for (const [name, entry] of onDemand) await bundle(name, entry);
writeFileSync("dist/THIRD-PARTY.txt", licences().join(`\n${"-".repeat(80)}\n\n`));
