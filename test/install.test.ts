/** The package as `npm pack` makes it, installed in an empty folder, on every Node that the registry gives. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-install-"));

interface Packed {
  filename: string;
  files: { path: string }[];
}

let packed: Packed;

function npm(...words: string[]): string {
  return execFileSync("npm", [...words, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    encoding: "utf8",
  });
}

/** A Node of another version, from the registry's package of that name. */
function nodeOf(version: string): string | undefined {
  const place = join(folder, `node-${version}`);
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), "{}");
  const words = [
    "install",
    "--prefix",
    place,
    `node@${version}`,
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  if (spawnSync("npm", words, { cwd: place }).status !== 0) return undefined;
  const path = join(place, "node_modules", ".bin", "node");
  return spawnSync(path, ["--version"], { encoding: "utf8" }).stdout?.startsWith("v") ? path : undefined;
}

const NODES: readonly [string, string | undefined][] = [
  ["this one", process.execPath],
  ["22", nodeOf("22")],
  ["the newest", nodeOf("latest")],
];

/** Words of command lines that use every bundle; `$` is a folder of the run's own. */
const COMMAND_LINES: readonly (readonly string[])[] = [
  ["--version"],
  ["decode", "--symbols", "System.map", "--disasm", "--limit", "20", "linux-boot.bin"],
  ["decode", "--color", "always", "-f", "hex", "--limit", "2", "linux-boot.bin"],
  ["decode", "--json", "dmesg.txt"],
  ["decode", "-o", "$/x.parquet", "linux-boot.bin"],
  ["filter", "-c", "--where", "has portNumber || cpl == 3", "linux-boot.bin"],
  ["diff", "--slide", "auto", "linux-boot.bin", "linux-boot-kaslr.bin"],
  ["stats", "linux-boot.bin"],
  ["explain", "2147549184"],
  ["fields"],
  ["fields", "--wireshark"],
  ["schema"],
  ["completion", "bash", "--", "hvmsg filter --type h", ""],
];

beforeAll(() => {
  // Packed from a copy: npm runs `prepare`, which writes dist/ anew while other tests run it.
  const copy = join(folder, "copy");
  for (const name of ["bin", "dist", "samples", "package.json", "README.md", "LICENSE", "CHANGELOG.md"])
    cpSync(join(TOP, name), join(copy, name), { recursive: true });
  [packed] = JSON.parse(npm("pack", "--ignore-scripts", "--json", copy)) as [Packed];
  npm("install", "--global", "--prefix", join(folder, "prefix"), join(folder, packed.filename));
}, 120_000);

describe("the package", () => {
  it("holds what runs, the samples and the papers, and runs nothing when it is installed", () => {
    const paths = packed.files.map(({ path }) => path);
    const tops = new Set(paths.map((path) => path.split("/")[0]));
    expect([...tops].sort()).toEqual(
      ["CHANGELOG.md", "LICENSE", "README.md", "bin", "dist", "package.json", "samples"].sort(),
    );
    expect(
      paths.filter((path) => /\.ts$|^dist\/cache|\.map$/.test(path) && path !== "samples/System.map"),
    ).toEqual([]);
    const { scripts } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    expect(Object.keys(scripts).filter((name) => /install/.test(name))).toEqual([]);
  });

  it("names whose work is in the bundles", () => {
    const text = readFileSync(join(TOP, "dist", "THIRD-PARTY.txt"), "utf8");
    for (const name of ["commander", "chalk", "cli-table3", "zod", "hyparquet-writer", "fastest-levenshtein"])
      expect(text).toMatch(new RegExp(`^${name} [\\d.]+ \\(MIT\\)\n\n.{0,8}MIT License`, "m"));
  });
});

describe("installed, it prints what the checkout prints", () => {
  function ran(node: string, script: string, line: readonly string[]): unknown[] {
    const place = mkdtempSync(join(folder, "run-"));
    const words = line.map((word) => word.replace("$", place));
    const { status, stdout, stderr } = spawnSync(node, [script, ...words], {
      cwd: join(TOP, "samples"),
      encoding: "utf8",
    });
    return [status, stdout, stderr, readdirSync(place)];
  }

  for (const [name, node] of NODES) {
    it.skipIf(node === undefined)(`on Node: ${name}`, { timeout: 120_000 }, () => {
      for (const line of COMMAND_LINES)
        expect(ran(node as string, join(folder, "prefix", "bin", "hvmsg"), line), line.join(" ")).toEqual(
          ran(process.execPath, join(TOP, "bin", "hvmsg.js"), line),
        );
    });
  }
});
