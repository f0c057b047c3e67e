/** How bin/hvmsg.js starts: with V8's code cache beside the bundles, and without. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TOP } from "./shell.ts";

/** A package of its own, as an install leaves it: without a cache. */
function install(): string {
  const folder = mkdtempSync(join(tmpdir(), "hvmsg-start-"));
  for (const name of ["bin", "dist"]) cpSync(join(TOP, name), join(folder, name), { recursive: true });
  rmSync(join(folder, "dist", "cache"), { recursive: true, force: true });
  return folder;
}

function decode(folder: string): string {
  return execFileSync(
    process.execPath,
    [join(folder, "bin/hvmsg.js"), "decode", "--limit", "3", join(TOP, "samples/linux-boot.bin")],
    { encoding: "utf8" },
  );
}

/** The cached bundles of the one Node that has run. */
function cached(folder: string): { path: string; size: number; inode: number }[] {
  const cache = join(folder, "dist", "cache");
  const [node = "", ...others] = readdirSync(cache);
  expect(others).toEqual([]);
  return readdirSync(join(cache, node)).map((name) => {
    const path = join(cache, node, name);
    return { path, size: statSync(path).size, inode: statSync(path).ino };
  });
}

describe("the code cache", () => {
  const expected = decode(TOP);

  it("is left by the first start, kept by the next, and holds what ran", () => {
    const folder = install();
    expect(decode(folder)).toBe(expected);
    const left = cached(folder);
    expect(left.map(({ path }) => path.replace(/.*[/\\]|-[\d.]+$/g, ""))).toEqual(["decode.cjs", "main.cjs"]);
    expect(decode(folder)).toBe(expected);
    expect(cached(folder)).toEqual(left);
  });

  it("is done without where it cannot be written, or is cut short", () => {
    const folder = install();
    writeFileSync(join(folder, "dist", "cache"), "");
    expect(decode(folder)).toBe(expected);
    rmSync(join(folder, "dist", "cache"));
    decode(folder);
    for (const { path, size } of cached(folder)) truncateSync(path, Math.floor(size / 2));
    expect(decode(folder)).toBe(expected);
  });

  it("is not that of a bundle that was there before", () => {
    const folder = install();
    decode(folder);
    const main = join(folder, "dist", "main.cjs");
    const text = readFileSync(main, "utf8");
    // Of the same length, which is all that V8 looks at.
    writeFileSync(main, text.replaceAll("Inspector for Hyper-V", "inspector for Hyper-v"));
    expect(
      execFileSync(process.execPath, [join(folder, "bin/hvmsg.js"), "--help"], { encoding: "utf8" }),
    ).toContain("inspector for Hyper-v");
  });

  it("is whole, whoever starts at the same time", () => {
    const folder = install();
    const script = `for i in 1 2 3 4; do "$0" bin/hvmsg.js --version & done; wait`;
    const { stdout, stderr } = spawnSync("sh", ["-c", script, process.execPath], {
      cwd: folder,
      encoding: "utf8",
    });
    expect([stdout, stderr]).toEqual(["0.1.0\n".repeat(4), ""]);
    expect(cached(folder).map(({ path }) => path.replace(/.*[/\\]|-[\d.]+$/g, ""))).toEqual(["main.cjs"]);
  });
});
