/** The Wireshark dissector: it is what the message table says, and the real tshark prints with it what hvmsg prints. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fieldCatalog } from "../src/record/index.ts";
import { createRng, randomHeader, randomMessage } from "./oracle/random.ts";
import { makePcap } from "./packet-files.ts";
import { jsonLines, run } from "./run.ts";
import { hasProgram, shell, TOP } from "./shell.ts";

const DISSECTOR = join(TOP, "samples/wireshark/hvmsg.lua");
const folder = mkdtempSync(join(tmpdir(), "hvmsg-wireshark-"));

it("samples/wireshark/hvmsg.lua is what 'hvmsg fields --wireshark' prints (npm run samples writes it)", async () => {
  const { stdout } = await run(["fields", "--wireshark"]);
  expect(readFileSync(DISSECTOR, "utf8")).toBe(stdout);
});

function tshark(packets: readonly Uint8Array[], ...args: string[]): string {
  const path = join(folder, "capture.pcap");
  writeFileSync(path, makePcap(packets.map((bytes) => ({ bytes }))));
  const ran = spawnSync("tshark", ["-X", `lua_script:${DISSECTOR}`, "-r", path, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" },
  });
  expect(ran.stderr.replace(/^Running as user "root".*\n/, "")).toBe("");
  expect(ran.status).toBe(0);
  return ran.stdout;
}

function recordsOf(path: string, size: number): Uint8Array[] {
  const bytes = readFileSync(join(TOP, "samples", path));
  return Array.from({ length: bytes.length / size }, (_, place) =>
    bytes.subarray(place * size, place * size + size),
  );
}

/** The fields that Wireshark has too; a packet's number and time are its frame's. */
const PATHS = [...fieldCatalog().values()]
  .filter(({ field }) => field.type !== "position" && !(field.type === "array" && !field.plain))
  .map((entry) => entry.path);

/** Members of the elements of a list of objects. */
const LISTED = [...fieldCatalog().values()].flatMap(({ path, field }) =>
  field.type === "array" && !field.plain ? (field.element ?? []).map((each) => `${path}.${each.name}`) : [],
);

/** What tshark prints of each packet, by path. */
function tsharkRecords(packets: readonly Uint8Array[], abi: string): Record<string, string>[] {
  const paths = [...PATHS, ...LISTED];
  const wanted = paths.flatMap((path) => ["-e", `hvmsg.${path}`]);
  const text = tshark(packets, "-o", `hvmsg.abi:${abi}`, "-T", "fields", ...wanted);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const values = line.split("\t");
      return Object.fromEntries(
        paths.flatMap((path, place) =>
          values[place] === "" ? [] : [[path, plain(path, values[place] as string)]],
        ),
      );
    });
}

/** Numbers in one form, whatever the base. */
function plain(path: string, text: string): string {
  const field = fieldCatalog().get(path)?.field;
  if (field?.type === "bytes") return text.replaceAll(":", "");
  return /^(0x[0-9a-f]+|\d+)(,(0x[0-9a-f]+|\d+))*$/.test(text)
    ? text
        .split(",")
        .map((each) => BigInt(each))
        .join(",")
    : text;
}

/** The same of a JSON record of hvmsg. */
function expected(record: Record<string, unknown>, abi: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const path of PATHS) {
    const value = valueAt(record, path);
    const field = fieldCatalog().get(path)?.field;
    // A group of one payload can be a field of another; an empty list shows nothing.
    if (value === undefined || value === "" || isObject(value) || field === undefined) continue;
    if (Array.isArray(value) && value.length === 0 && field.type !== "access") continue;
    if (field.type === "access") out[path] = String(accessNumber(value as (string | number)[], abi));
    else if (field.type === "enum" && typeof value === "string")
      out[path] = String([...(field.values?.values ?? [])].find(([, name]) => name === value)?.[0]);
    else if (typeof value === "boolean") out[path] = value ? "1" : "0";
    else out[path] = field.type === "bytes" ? String(value) : plain(path, [value].flat().join(","));
  }
  for (const path of LISTED) {
    const list = valueAt(record, path.slice(0, path.lastIndexOf(".")));
    const name = path.slice(path.lastIndexOf(".") + 1);
    if (!Array.isArray(list) || list.length === 0) continue;
    out[path] = list.map((each: Record<string, unknown>) => BigInt(each[name] as string | number)).join(",");
  }
  return out;
}

function valueAt(record: unknown, path: string): unknown {
  let value = record;
  for (const name of path.split(".")) value = isObject(value) ? value[name] : undefined;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function accessNumber(names: (string | number)[], abi: string): number {
  const numbers = names.map((name) =>
    typeof name === "number" ? name : ["read", "write", "execute"].indexOf(name),
  );
  return abi === "hvhdk" ? (numbers[0] as number) : numbers.reduce((mask, bit) => mask | (1 << bit), 0);
}

async function compare(packets: readonly Uint8Array[], abi: string, input: string): Promise<number> {
  const argv = ["decode", "--json", "--abi", abi, "--input", input];
  const records = jsonLines((await run(argv, { stdin: packets })).stdout);
  const shown = tsharkRecords(packets, abi);
  expect(shown.length).toBe(packets.length);
  for (const record of records) {
    const index = record.index as number;
    expect({ index, ...shown[index] }).toEqual({ index, ...expected(record, abi) });
  }
  return records.length;
}

describe.skipIf(!hasProgram("tshark"))("tshark (skipped where it is not installed)", () => {
  it("prints of linux-boot.bin what hvmsg prints", async () => {
    expect(await compare(recordsOf("linux-boot.bin", 256), "hvhdk", "message")).toBe(2666);
  });

  it("prints of bare headers what hvmsg prints", async () => {
    expect(await compare(recordsOf("headers-2013.bin", 40), "hvimapi", "header")).toBeGreaterThan(10);
    const rng = createRng(61);
    // A VP index of 2 to the 31 or more is none, and tells a header from a message.
    const headers = Array.from({ length: 500 }, () => {
      const bytes = randomHeader(rng, "hvhdk");
      bytes[3] = (bytes[3] as number) & 0x7f;
      return bytes;
    });
    expect(await compare(headers, "hvhdk", "header")).toBe(500);
  });

  it.each(["hvhdk", "hvimapi"] as const)("prints of any %s message what hvmsg prints", async (abi) => {
    const rng = createRng(62);
    const messages = Array.from({ length: 3000 }, () => randomMessage(rng, abi));
    expect(await compare(messages, abi, "message")).toBeGreaterThan(2500);
  });

  it("shows a message a line, in words", () => {
    const text = tshark(recordsOf("linux-boot.bin", 256).slice(0, 600), "-T", "fields", "-e", "_ws.col.Info");
    expect(text.split("\n").slice(0, 2)).toEqual([
      "VP 0 io-port write 0x80 (POST_CODE)",
      "VP 0 io-port read 0x92 (SYSTEM_CONTROL_A)",
    ]);
    expect(text).toContain("cpuid execute 0x40000000 0x0\n");
  });

  it("filters by number and by name, to the last of 64 bits", async () => {
    const packets = recordsOf("linux-boot.bin", 256);
    const matches = (filter: string) => tshark(packets, "-Y", filter).split("\n").length - 1;
    const counted = async (...argv: string[]) =>
      Number((await run(["filter", "-c", ...argv, join(TOP, "samples/linux-boot.bin")])).stdout);
    expect(matches("hvmsg.payload.portNumber == 0x3f8")).toBe(
      await counted("--where", "portNumber == 0x3f8"),
    );
    expect(matches('hvmsg.payload.msrName == "MSR_EFER"')).toBe(
      await counted("--where", "msrName == MSR_EFER"),
    );
    expect(matches("hvmsg.rip > 0xffffffff810394e9")).toBe(
      await counted("--where", "rip > 0xffffffff810394e9"),
    );
    expect(matches('hvmsg.flags == "IF" && hvmsg.executionState.cpl == 3')).toBe(
      await counted("--flags", "IF,cpl=3"),
    );
  });

  it("runs as the README has it", () => {
    const [line = ""] = /^tshark .*$/m.exec(readFileSync(join(TOP, "README.md"), "utf8")) ?? [];
    const { stdout, status } = shell(line);
    expect(status).toBe(0);
    expect(stdout).toMatch(/HVMSG 256 VP 0 io-port write 0x70 \(CMOS_INDEX\)\n/);
  });

  it("says where a packet ends before its message", () => {
    const cut = [recordsOf("linux-boot.bin", 256)[0]?.subarray(0, 60) as Uint8Array];
    expect(tshark(cut, "-V")).toContain("the packet ends before the message does");
  });
});
