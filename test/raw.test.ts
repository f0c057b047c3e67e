/** What goes out as raw and comes in again is the same, bit for bit. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRng, randomHeader, randomMessage } from "./oracle/random.ts";
import { run } from "./run.ts";
import { shell, TOP } from "./shell.ts";

describe("-f raw", () => {
  it("gives the messages bit for bit, stale bytes too", async () => {
    const rng = createRng(41);
    const messages = Array.from({ length: 1500 }, () => randomMessage(rng, "hvhdk"));
    const ran = await run(["decode", "-f", "raw", "--input", "message"], { stdin: messages });
    const kept = messages.filter(
      (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) !== 0,
    );
    expect(ran.stdoutBytes.equals(Buffer.concat(kept))).toBe(true);
  });

  it("gives headers bit for bit", async () => {
    const rng = createRng(42);
    const headers = Array.from({ length: 1500 }, () => randomHeader(rng, "hvimapi"));
    const ran = await run(["decode", "-f", "raw", "--input", "header"], { stdin: headers });
    expect(ran.stdoutBytes.equals(Buffer.concat(headers))).toBe(true);
  });

  it("takes the message out of any record", async () => {
    const sample = readFileSync(join(TOP, "samples/linux-boot.bin")).subarray(0, 2560);
    const records = Array.from({ length: 10 }, (_, place) =>
      Buffer.concat([
        Buffer.alloc(24, 0xee),
        sample.subarray(place * 256, place * 256 + 256),
        Buffer.alloc(7, 0xee),
      ]),
    );
    const argv = ["decode", "-f", "raw", "--record-size", "287", "--message-offset", "24"];
    const ran = await run(argv, { stdin: records });
    expect(ran.stdoutBytes.equals(sample)).toBe(true);
  });

  it("a filtered capture reads like the filter's output", () => {
    const filtered = shell(
      "hvmsg filter --vp 2 -f raw samples/linux-boot.bin | hvmsg decode --json | jq -c .payload",
    );
    const direct = shell("hvmsg filter --vp 2 --json samples/linux-boot.bin | jq -c .payload");
    expect(filtered).toEqual(direct);
    expect(direct.stdout.split("\n").length).toBe(167);
  });
});
