/** Damaged text: no crash, no hang, no flood, and no message is lost or wrong without a word. */
import { describe, expect, it } from "vitest";
import type { MessageOut, MessageParser } from "../src/input/message-source.ts";
import { textParser } from "../src/input/text.ts";
import { createRng, type Rng, randomBelow, randomMessage, randomPick } from "./oracle/random.ts";
import { TEXTS } from "./texts.ts";

interface Found {
  messages: Uint8Array[];
  troubles: string[];
  passedOver: number;
}

/** Everything that a parser finds in bytes that come in pieces. */
function parse(parser: MessageParser, bytes: Uint8Array, pieces: (left: number) => number): Found {
  const found: Found = { messages: [], troubles: [], passedOver: 0 };
  const out: MessageOut = {
    message(from, start, length) {
      expect(length).toBeGreaterThanOrEqual(16);
      expect(length).toBeLessThanOrEqual(256);
      found.messages.push(from.slice(start, start + length));
    },
    trouble: (what) => void found.troubles.push(what),
    passedOver: (count) => {
      found.passedOver += count;
    },
  };
  for (let at = 0; at < bytes.length; ) {
    const to = Math.min(bytes.length, at + pieces(bytes.length - at));
    // Bytes are borrowed: what the parser keeps of them would not be there any more.
    const borrowed = Uint8Array.from(bytes.subarray(at, to));
    parser.feed(borrowed, 0, borrowed.length, out);
    borrowed.fill(0x41);
    at = to;
  }
  parser.end(out);
  return found;
}

const needed = (message: Uint8Array) => message.slice(0, 16 + Math.min(240, message[4] as number));

/** A message that has all of its payload, as text, to compare. */
function payloads(messages: readonly Uint8Array[]): string[] {
  return messages
    .filter((message) => message.length >= 16 + Math.min(240, message[4] as number))
    .map((message) => Buffer.from(needed(message)).toString("hex"));
}

/** What is done to the lines of a text. */
const LINE_DAMAGE: Readonly<Record<string, (rng: Rng, lines: string[]) => void>> = {
  drop: (rng, lines) => void lines.splice(randomBelow(rng, lines.length), 1),
  double(rng, lines) {
    const at = randomBelow(rng, lines.length);
    lines.splice(at, 0, lines[at] as string);
  },
  swap(rng, lines) {
    const at = randomBelow(rng, lines.length - 1);
    lines.splice(at, 2, lines[at + 1] as string, lines[at] as string);
  },
  spoil(rng, lines) {
    const at = randomBelow(rng, lines.length);
    const line = lines[at] as string;
    const digit = randomBelow(rng, line.length + 1);
    lines[at] = `${line.slice(0, digit)}${randomPick(rng, ["z", "", "#", " ", "0"])}${line.slice(digit + 1)}`;
  },
  cut(rng, lines) {
    const at = randomBelow(rng, lines.length);
    lines[at] = (lines[at] as string).slice(0, randomBelow(rng, (lines[at] as string).length));
  },
};

function someMessages(rng: Rng, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const message = randomMessage(rng, "hvhdk");
    // Known types, because an unknown one that is damaged looks like another unknown one.
    new DataView(message.buffer).setUint32(0, randomPick(rng, [0x80010000, 0x80010001, 0x80000000]), true);
    message[4] = randomPick(rng, [0x40, 0x50, 0x80]);
    return message;
  });
}

describe("damaged lines of dumps with offsets", () => {
  const OFFSETS = [
    "xxd",
    "hexdump -v -C",
    "od -v -A x -t x1",
    "dmesg",
    "dmesg, words of 8 bytes, lines of 32",
    "dmesg -T",
  ];
  for (const [kind, damage] of Object.entries(LINE_DAMAGE)) {
    it(`${kind}: what is not read is told`, () => {
      const rng = createRng(51);
      for (let round = 0; round < 1500; round++) {
        const messages = someMessages(rng, 4);
        const name = randomPick(rng, OFFSETS);
        const lines = (TEXTS[name]?.(messages) ?? "").split("\n").slice(0, -1);
        const before = lines.join("\n");
        damage(rng, lines);
        const after = lines.join("\n");
        const { messages: read, troubles } = parse(textParser(), Buffer.from(after), () => 1 << 16);
        const about = `${name}, round ${round}`;
        const wanted = payloads(messages);
        const got = payloads(read);
        const lost = wanted.filter((each) => !got.includes(each));
        const wrong = got.filter((each) => !wanted.includes(each));
        const changed = onlyDigitsChanged(before, after);
        // A digit that became another digit is a message of other contents, which nothing tells.
        if (!changed && lost.length + wrong.length > 0) expect(troubles, about).not.toEqual([]);
        if (!changed) expect(wrong, about).toEqual([]);
        for (const trouble of troubles) expect(trouble).toMatch(/^line \d+: /);
      }
    });
  }
});

/** Whether the texts differ in the value of a digit, or in what no parser can tell from that. */
function onlyDigitsChanged(before: string, after: string): boolean {
  if (before.length !== after.length) return false;
  const at = [...before].findIndex((character, index) => character !== after[index]);
  return at >= 0 && /[0-9a-f]/.test(before[at] as string) && /[0-9a-f]/.test(after[at] as string);
}

describe("damaged bytes of any text", () => {
  const names = Object.keys(TEXTS);

  it("3000 inputs: no crash, no flood, the same whatever the pieces", () => {
    const rng = createRng(52);
    for (let round = 0; round < 3000; round++) {
      const messages = someMessages(rng, 1 + randomBelow(rng, 4));
      const name = randomPick(rng, names);
      let text: Buffer = Buffer.from(TEXTS[name]?.(messages) ?? "");
      for (let count = 1 + randomBelow(rng, 4); count > 0; count--) text = damaged(rng, text);
      const whole = parse(textParser(), text, () => 1 << 20);
      const pieces = parse(textParser(), text, () => 1 + randomBelow(rng, 400));
      expect(pieces, `${name}, round ${round}`).toEqual(whole);
      const lines = text.toString("latin1").split("\n").length;
      expect(whole.troubles.length).toBeLessThanOrEqual(lines + 8);
      expect(whole.messages.length).toBeLessThanOrEqual(text.length / 16);
      expect(whole.passedOver).toBeLessThanOrEqual(lines);
      if (text.length > 0) expect(whole.messages.length + whole.troubles.length, name).toBeGreaterThan(0);
    }
  });

  it("noise", () => {
    const rng = createRng(53);
    const alphabets = [
      "0123456789abcdef \n",
      "0x1f,[]{} \n",
      "\\x019af\"' \n",
      "0123456789abcdef:|-`*> \n\r\t",
      "[ 0.1] hv: 0000000 \n",
    ];
    for (let round = 0; round < 300; round++) {
      const alphabet = randomPick(rng, alphabets);
      const text = Buffer.from(
        Array.from({ length: randomBelow(rng, 5000) }, () => randomPick(rng, [...alphabet])).join(""),
      );
      const whole = parse(textParser(), text, () => 1 << 20);
      expect(parse(textParser(), text, () => 7)).toEqual(whole);
    }
    for (let round = 0; round < 100; round++) {
      const bytes = Buffer.from(Array.from({ length: 3000 }, () => rng() & 0xff));
      parse(textParser(), bytes, () => 1000);
    }
  });

  it("a '*' that stands for more than there can be is told, not filled", () => {
    for (const last of ["fffffffffffffff0", "7fffffff0", "100000000"]) {
      const text = Buffer.from(`00000000  ${"00 ".repeat(16)} |................|\n*\n${last}\n`);
      const { messages, troubles } = parse(textParser(), text, () => 1 << 16);
      expect(messages.length).toBeLessThan(10);
      expect(troubles.length).toBeGreaterThan(0);
    }
  });
});

function damaged(rng: Rng, text: Buffer): Buffer {
  const at = randomBelow(rng, text.length + 1);
  const length = randomBelow(rng, randomPick(rng, [2, 20, 300]));
  const part = text.subarray(at, at + length);
  switch (randomBelow(rng, 5)) {
    case 0:
      return Buffer.concat([text.subarray(0, at), text.subarray(at + length)]);
    case 1:
      return Buffer.concat([text.subarray(0, at), part, text.subarray(at)]);
    case 2:
      return text.subarray(0, at);
    case 3: {
      const changed = Buffer.from(text);
      if (at < text.length) changed[at] = rng() & 0xff;
      return changed;
    }
    default:
      return Buffer.concat([text.subarray(at), text.subarray(0, at)]);
  }
}
