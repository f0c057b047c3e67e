/** What the world does to a run: files that change, odd files, odd names, signals at any moment, full disks. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createRng, randomBelow, randomPick } from "./oracle/random.ts";
import { jsonLines, run } from "./run.ts";
import { shell, TOP } from "./shell.ts";

const folder = mkdtempSync(join(tmpdir(), "hvmsg-faults-"));
chmodSync(folder, 0o755);
const sample = join(TOP, "samples/linux-boot.bin");
const boot = readFileSync(sample);
const many = join(folder, "many.bin");
writeFileSync(many, Buffer.concat(Array<Buffer>(20).fill(boot)));
const isRoot = process.getuid?.() === 0;

interface Started {
  child: ChildProcess;
  /** The status, as a shell has it, at its end. */
  status: Promise<number | null>;
}

function start(...argv: string[]): Started {
  const child = spawn(process.execPath, [join(TOP, "bin/hvmsg.js"), ...argv], { cwd: folder });
  const status = once(child, "exit").then(
    ([code, signal]) => code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : null),
  );
  return { child, status };
}

describe("inputs that cannot be read", () => {
  const cases: [what: string, command: string, says: RegExp][] = [
    ["a folder", "hvmsg decode .", /^hvmsg: \.: is a folder, not a file - name the files in it\n$/],
    ["a folder on stdin", "hvmsg decode < .", /^hvmsg: -: is a folder, not a file - name the files in it\n$/],
    ["a dangling link", "hvmsg decode dangling", /^hvmsg: dangling: no such file\n$/],
    ["a link to itself", "hvmsg decode loop", /^hvmsg: loop: too many symbolic links\n$/],
    ["a file as a folder", `hvmsg decode ${sample}/x`, /: a part of its path is not a folder\n$/],
    [
      "memory that is not there",
      "hvmsg decode /proc/self/mem",
      /^hvmsg: \/proc\/self\/mem: the device reported/,
    ],
    ["a socket", "hvmsg decode socket", /^hvmsg: socket: no such device\n$/],
    ["symbols in a folder", `hvmsg decode --symbols . ${sample}`, /^hvmsg: \.: cannot be read: is a folder/],
  ];
  symlinkSync("/nowhere/at/all", join(folder, "dangling"));
  symlinkSync("loop", join(folder, "loop"));
  spawnSync(
    process.execPath,
    ["-e", `require("net").createServer().listen("socket", () => process.exit())`],
    { cwd: folder },
  );
  for (const [what, command, says] of cases)
    it(what, () => {
      const ran = shell(command, { cwd: folder });
      expect([ran.status, ran.stdout]).toEqual([2, ""]);
      expect(ran.stderr).toMatch(says);
    });

  it("without permission", () => {
    const closed = join(folder, "closed.bin");
    writeFileSync(closed, boot.subarray(0, 256));
    chmodSync(closed, 0);
    const asNobody = isRoot ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : "";
    const command = `${asNobody} '${process.execPath}' '${join(TOP, "bin/hvmsg.js")}' decode '${closed}'`;
    const ran = shell(command);
    expect(ran.stderr).toBe(`hvmsg: ${closed}: permission denied\n`);
    expect(ran.status).toBe(2);
  });

  it("the files beside them are read", () => {
    const ran = shell(`hvmsg filter -c . nowhere ${sample} dangling`, { cwd: folder });
    expect(ran.stdout).toContain(`${sample}: ${boot.length / 256}\n`);
    expect(ran.stderr.split("\n").map((line) => line.split(": ")[1])).toEqual([
      ".",
      "nowhere",
      "dangling",
      undefined,
    ]);
    expect(ran.status).toBe(2);
  });

  it("links and devices that can be read are", () => {
    symlinkSync(sample, join(folder, "link.bin"));
    expect(shell("hvmsg filter -c link.bin", { cwd: folder }).stdout).toBe(`${boot.length / 256}\n`);
    expect(shell("hvmsg decode /dev/null")).toEqual({ status: 0, stdout: "", stderr: "" });
    const zero = shell("head -c 2560 /dev/zero | hvmsg decode --input message --abi hvhdk");
    expect(zero).toEqual({
      status: 0,
      stdout: "",
      stderr: "hvmsg: note: 10 empty slots (message type 0) were skipped\n",
    });
  });
});

describe("a file that is cut while it is read", () => {
  for (const [format, left] of [
    ["jsonl", 256 * 900],
    ["jsonl", 256 * 900 + 100],
    ["table", 256 * 900],
  ] as const)
    it(`${format}, ${left} bytes are left: what there was is printed, the rest is told`, async () => {
      const path = join(folder, "shrinking.bin");
      writeFileSync(path, Buffer.concat(Array<Buffer>(20).fill(boot)));
      const { child, status: ended } = start("decode", "-f", format, path);
      let [stdout, stderr] = ["", ""];
      child.stderr!.on("data", (text) => {
        stderr += text;
      });
      // Its reader waits, and so it does.
      await once(child.stdout!, "readable");
      await sleep(200);
      truncateSync(path, left);
      child.stdout!.on("data", (text) => {
        stdout += text;
      });
      expect(await ended).toBe(2);
      expect(stdout.split("\n").length).toBeGreaterThan(left / 256);
      const bytes = /: it was made shorter while it was read: (\d+) of 13649920 bytes were read\n/.exec(
        stderr,
      );
      expect(Number(bytes?.[1])).toBeLessThan(13649920);
    });
});

describe("endless input without a message", () => {
  for (const [input, device] of [
    ["vp-assist", "/dev/zero"],
    ["message", "/dev/zero"],
    ["text", "/dev/zero"],
    ["pcapng", "/dev/urandom"],
  ] as const)
    it(`SIGINT ends --input ${input} ${device}`, async () => {
      const { child, status: ended } = start("decode", "--input", input, "--abi", "hvhdk", device);
      await sleep(700);
      child.kill("SIGINT");
      expect(await Promise.race([ended, sleep(10_000, "it does not end")])).toBe(130);
      child.kill("SIGKILL");
    });
});

describe("a slow writer", () => {
  it("pieces with pauses between them give what the whole gives", () => {
    const slow =
      'for at in 0 1 2 3; do dd if="$F" bs=777 skip=$at count=1 status=none; sleep 0.15; done; dd if="$F" bs=777 skip=4 status=none';
    for (const file of ["linux-boot.bin", "capture.pcapng", "dmesg.txt"]) {
      const ran = shell(`export F=samples/${file}; { ${slow}; } | hvmsg decode --json`);
      expect(ran.stdout).toBe(shell(`hvmsg decode --json < samples/${file}`).stdout);
      expect(ran.status).toBe(0);
    }
  });
});

describe("signals at any moment", () => {
  const json = join(folder, "boot.jsonl");
  writeFileSync(json, shell(`hvmsg decode --json '${sample}'`).stdout);
  const COMMANDS: Readonly<Record<string, string[]>> = {
    "decode.jsonl": ["decode", many, "-o", "decode.jsonl"],
    "decode.parquet": ["decode", many, "-o", "decode.parquet"],
    "filter.bin": ["filter", "-v", "--type", "msr", many, "-o", "filter.bin"],
    "stats.txt": ["stats", many, "-o", "stats.txt"],
    "diff.jsonl": ["diff", many, sample, "-o", "diff.jsonl"],
    "encode.bin": ["encode", json, json, "-o", "encode.bin"],
    parts: ["decode", many, "--partition-by", "vpIndex", "-o", "parts"],
  };

  it("20 runs: the old file or the whole new one, nothing beside it", async () => {
    const rng = createRng(81);
    const whole = new Map<string, Buffer>();
    let interrupted = 0;
    for (let round = 0; round < 20; round++) {
      const [name, argv] = randomPick(rng, Object.entries(COMMANDS));
      const place = mkdtempSync(join(folder, "signal-"));
      const path = join(place, name);
      const isFolder = name === "parts";
      if (!isFolder) writeFileSync(path, "old");
      const signal = randomPick(rng, ["SIGINT", "SIGTERM"] as const);
      const { child, status: ended } = start(...argv.slice(0, -1), path);
      await sleep(randomBelow(rng, 400));
      child.kill(signal);
      const status = await ended;
      const about = `${name}, round ${round}, status ${status}`;
      if (status === { SIGINT: 130, SIGTERM: 143 }[signal]) {
        interrupted++;
        expect(readdirSync(place), about).toEqual(isFolder ? [] : [name]);
        if (!isFolder) expect(readFileSync(path, "utf8"), about).toBe("old");
        continue;
      }
      expect([0, 1], about).toContain(status);
      expect(readdirSync(place), about).toEqual([name]);
      if (isFolder) continue;
      if (!whole.has(name)) {
        shell(`hvmsg ${argv.slice(0, -1).join(" ")} '${join(folder, name)}'`);
        whole.set(name, readFileSync(join(folder, name)));
      }
      expect(readFileSync(path).equals(whole.get(name)!), about).toBe(true);
    }
    expect(interrupted).toBeGreaterThan(3);
  });
});

describe("a small disk that becomes full", () => {
  const disk = join(folder, "disk");
  mkdirSync(disk);

  it("the old file stays, nothing is beside it, and the disk has room again", (context) => {
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    if (status !== 0) context.skip("nothing can be mounted here");
    try {
      for (const name of ["out.jsonl", "out.csv", "out.parquet", "out.pcapng", "out.bin"]) {
        writeFileSync(join(disk, name), "old");
        const ran = shell(`hvmsg decode '${many}' -o '${disk}/${name}'`);
        expect(ran.stderr).toBe(`hvmsg: ${disk}/${name}: cannot be written: no space left on the device\n`);
        expect(ran.status).toBe(2);
        expect(readFileSync(join(disk, name), "utf8")).toBe("old");
      }
      expect(readdirSync(disk).length).toBe(5);
      const parts = shell(`hvmsg decode '${many}' --partition-by vpIndex -o '${disk}/parts'`);
      expect(parts.stderr).toMatch(/cannot be written: no space left on the device\n$/);
      expect(readdirSync(disk).length).toBe(5);
      expect(shell(`hvmsg decode --limit 10 '${many}' -o '${disk}/small.csv'`).status).toBe(0);
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});

describe("names that nobody should give", () => {
  const NAMES = [
    "two words.bin",
    "new\nline.bin",
    "\x1b]0;title\x07.bin",
    "\x9b31m.bin",
    "\u202egpj.bin",
    "tab\t.bin",
  ];
  const shown = (text: string) => text.replace(/\x1b\[\d+m/g, "");

  for (const name of NAMES) {
    it(JSON.stringify(name), async () => {
      const path = join(folder, name);
      writeFileSync(path, boot.subarray(0, 2560));
      const cut = join(folder, `cut ${name}`);
      writeFileSync(cut, boot.subarray(0, 300));
      const runs: [argv: string[], stream: "stdout" | "stderr"][] = [
        [["decode", "--verbose", path], "stderr"],
        [["decode", cut], "stderr"],
        [["decode", `${path}.missing`], "stderr"],
        [["decode", "-f", "tree", path, cut], "stdout"],
        [["decode", "-f", "csv", "--fields", "file,rip", path, cut], "stdout"],
        [["decode", "--fields", "file,rip", path, cut], "stdout"],
        [["filter", "-c", path, cut], "stdout"],
        [["diff", "--color", "always", path, cut], "stdout"],
        [["diff", "--brief", path, cut], "stdout"],
        [["stats", path, "-o", `${folder}/nowhere/${name}.txt`], "stderr"],
        [["decode", "--symbols", path, sample], "stderr"],
        [["encode", path], "stderr"],
      ];
      const escaped = /^two/.test(name) ? "two words.bin" : /\\x|\\u\{202e\}/;
      for (const [argv, stream] of runs) {
        const ran = await run(argv);
        expect(shown(ran.stdout + ran.stderr).replaceAll("\r\n", "\n")).not.toMatch(/[^\P{C}\n]/u);
        expect(ran[stream]).toMatch(escaped);
      }
      const records = jsonLines((await run(["decode", "--json", path, cut])).stdout);
      expect(records[0]?.file).toBe(path);
    });
  }
});
