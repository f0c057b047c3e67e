/** Messages as the texts in which people find them, written apart from the product. */

/** How a text is made from the messages of a capture. */
type TextWriter = (messages: readonly Uint8Array[]) => string;

const spaced = (bytes: Uint8Array) => Array.from(bytes, (byte) => pad(byte, 2)).join(" ");
const pad = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, "0");
const printed = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
const whole = (messages: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(messages));
const text = (lines: readonly string[], end = "\n") => lines.map((line) => line + end).join("");

/** The bytes as little-endian numbers of `size` bytes each. */
function words(bytes: Uint8Array, size: number): string[] {
  return parts(bytes, size).map(({ part }) => Buffer.from(part).reverse().toString("hex"));
}

function parts(bytes: Uint8Array, size: number): { at: number; part: Uint8Array }[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => ({
    at: index * size,
    part: bytes.subarray(index * size, (index + 1) * size),
  }));
}

/** The lines of a dump of `size` bytes each, by what is before the bytes. */
function dump(
  bytes: Uint8Array,
  size: number,
  line: (at: number, part: Uint8Array, index: number) => string,
): string[] {
  return parts(bytes, size).map(({ at, part }, index) => line(at, part, index));
}

/** `print_hex_dump` behind a log's time. */
function kernelDump(
  time: (line: number) => string,
  options: {
    group?: 1 | 2 | 4 | 8;
    row?: 16 | 32;
    ascii?: boolean;
    at?: "offset" | "address" | "hashed" | "none";
  } = {},
): TextWriter {
  const { group = 1, row = 16, ascii = true, at: place = "offset" } = options;
  return (messages) => {
    let count = 0;
    return text(
      messages.flatMap((message, index) => [
        `${time(count++)}mshv: vp 0 exits`,
        ...dump(message, row, (at, part, line) => {
          const address = 0xffff888012340000n + BigInt(index * 0x1000 + at);
          const hashed = (index * 77 + line * 2654435761) % 4294967296;
          const before = {
            offset: `${pad(at, 8)}: `,
            address: `${pad(address, 16)}: `,
            hashed: `${pad(hashed, 16)}: `,
            none: "",
          };
          const shown = words(part, group).join(" ") + (ascii ? `  ${printed(part)}` : "");
          return `${time(count++)}hvmsg: ${before[place]}${shown}`;
        }),
        `${time(count++)}usb 1-1: new high-speed USB device number 2 using xhci_hcd`,
      ]),
    );
  };
}

const seconds = (line: number) => `[${(12.3 + line / 1e4).toFixed(6).padStart(12)}] `;
const clock = (line: number) => String(line % 60).padStart(2, "0");

/** WinDbg's memory commands: 64-bit addresses, CR LF at the end of lines. */
function windbg(command: "db" | "dw" | "dd" | "dc" | "dq", narrow = false): TextWriter {
  return (messages) =>
    text(
      messages.flatMap((message, index) => [
        `0: kd> ${command} fffff801\`12345000 L100`,
        ...dump(message, 16, (at, part) => {
          const low = pad(0x12345000 + index * 0x1010 + at, 8);
          const address = narrow ? low : `fffff801\`${low}`;
          const halves = `${spaced(part.subarray(0, 8))}-${spaced(part.subarray(8))}  ${printed(part)}`;
          const shown = {
            db: halves,
            dw: words(part, 2).join(" "),
            dd: words(part, 4).join(" "),
            dc: `${words(part, 4).join(" ")}  ${printed(part)}`,
            dq: words(part, 8)
              .map((word) => `${word.slice(0, 8)}\`${word.slice(8)}`)
              .join(" "),
          };
          return `${address}  ${shown[command]}`;
        }),
      ]),
      "\r\n",
    );
}

function perMessage(line: (message: Uint8Array, index: number) => string): TextWriter {
  return (messages) => text(messages.map(line));
}

const escaped = (bytes: Uint8Array) => Array.from(bytes, (byte) => `\\x${pad(byte, 2)}`).join("");
/** As strace prints a string: in octal, with three digits where another digit follows. */
const octal = (bytes: Uint8Array) =>
  Array.from(bytes, (byte, at) => {
    const short = { 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\" }[byte];
    if (short !== undefined) return short;
    if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
    const next = bytes[at + 1] ?? 0;
    return `\\${byte.toString(8).padStart(next >= 48 && next <= 57 ? 3 : 1, "0")}`;
  }).join("");
const straceDump = (message: Uint8Array) =>
  dump(message, 16, (at, part) => {
    const halves = `${spaced(part.subarray(0, 8))}  ${spaced(part.subarray(8))}`;
    return ` | ${pad(at, 5)}  ${halves}  ${printed(part)} |`;
  });
const asBuf = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) =>
    byte >= 32 && byte <= 126 ? String.fromCharCode(byte) : `\\x${pad(byte, 2)}`,
  ).join("");
const listed = (bytes: Uint8Array, prefix = "0x", digits = 2) =>
  Array.from(bytes, (byte) => prefix + pad(byte, digits)).join(", ");

/** Every kind of text, by its name. */
export const TEXTS: Readonly<Record<string, TextWriter>> = {
  xxd: (messages) =>
    text(
      dump(whole(messages), 16, (at, part) => {
        const groups = parts(part, 2).map((each) => Buffer.from(each.part).toString("hex"));
        return `${pad(at, 8)}: ${groups.join(" ")}  ${printed(part)}`;
      }),
    ),
  "hexdump -v -C": (messages) =>
    text([
      ...dump(
        whole(messages),
        16,
        (at, part) =>
          `${pad(at, 8)}  ${spaced(part.subarray(0, 8))}  ${spaced(part.subarray(8))}  |${printed(part)}|`,
      ),
      pad(messages.length * 256, 8),
    ]),
  "hexdump -C behind a name, two mixed": (messages) =>
    text(
      parts(new Uint8Array(messages.length), 2).flatMap(({ at: first, part: group }) =>
        parts(new Uint8Array(256), 16).flatMap(({ at }) =>
          Array.from(group, (_, vp) => {
            const part = (messages[first + vp] as Uint8Array).subarray(at, at + 16);
            const halves = `${spaced(part.subarray(0, 8))}  ${spaced(part.subarray(8))}`;
            return `vp${vp}: ${pad(at, 8)}  ${halves}  |${printed(part)}|`;
          }),
        ),
      ),
    ),
  "od -v -A x -t x1": (messages) =>
    text([
      ...dump(whole(messages), 16, (at, part) => `${pad(at, 6)} ${spaced(part)}`),
      pad(messages.length * 256, 6),
    ]),
  dmesg: kernelDump(seconds),
  "dmesg, words of 2 bytes": kernelDump(seconds, { group: 2 }),
  "dmesg, words of 4 bytes, no text": kernelDump(seconds, { group: 4, ascii: false }),
  "dmesg, words of 8 bytes, lines of 32": kernelDump(seconds, { group: 8, row: 32 }),
  "dmesg, addresses": kernelDump(seconds, { at: "address" }),
  "dmesg, hashed addresses": kernelDump(seconds, { at: "hashed" }),
  "dmesg, no offsets": kernelDump(seconds, { at: "none" }),
  "dmesg, no offsets, words of 4 bytes": kernelDump(seconds, { at: "none", group: 4 }),
  "dmesg -T": kernelDump((line) => `[Tue Jul  1 12:00:${clock(line)} 2025] `),
  "dmesg -x": kernelDump((line) => `kern  :debug : ${seconds(line)}`),
  "dmesg -r": kernelDump((line) => `<7>${seconds(line)}`),
  "dmesg -t": kernelDump(() => ""),
  "dmesg with callers": kernelDump((line) => `${seconds(line).trimEnd()}[  T123] `),
  "journalctl -k": kernelDump((line) => `Jul 01 12:00:${clock(line)} myhost kernel: `),
  rsyslog: kernelDump(
    (line) => `2025-07-01T12:00:${clock(line)}.123456+02:00 myhost kernel: ${seconds(line)}`,
  ),
  "WinDbg db": windbg("db"),
  "WinDbg dw": windbg("dw"),
  "WinDbg dd": windbg("dd"),
  "WinDbg dc": windbg("dc"),
  "WinDbg dq": windbg("dq"),
  "WinDbg db, 32 bits": windbg("db", true),
  "WinDbg dd, 32 bits": windbg("dd", true),
  "QEMU xp /xb": (messages) =>
    text(
      messages.flatMap((message, index) =>
        dump(
          message,
          8,
          (at, part) => `${pad(0x100000 + index * 0x1000 + at, 16)}: ${listed(part).replaceAll(",", "")}`,
        ),
      ),
    ),
  LLDB: (messages) =>
    text(
      messages.flatMap((message, index) =>
        dump(
          message,
          16,
          (at, part) => `0x${pad(0x100000000 + index * 0x1000 + at, 1)}: ${spaced(part)}  ${printed(part)}`,
        ),
      ),
    ),
  "bpftrace buf()": perMessage(asBuf),
  "bpftrace buf() behind text": perMessage((message, index) => `exit ${index} msg=${asBuf(message)}`),
  "bpftrace %rx": perMessage((message) => `exit ${escaped(message)} vp 3`),
  "bpftrace %rh": perMessage(spaced),
  "bpftrace %rh behind text": perMessage((message, index) => `vp ${index}: ${spaced(message)}`),
  "capture.bt, four CPUs mixed": (messages) =>
    text(
      parts(new Uint8Array(messages.length), 4).flatMap(({ at: first, part: group }) =>
        [0, 64, 128, 192].flatMap((at) =>
          Array.from(group, (_, cpu) => {
            const message = messages[first + cpu] as Uint8Array;
            return `cpu${cpu}: ${pad(at, 8)}: ${spaced(message.subarray(at, at + 64))}`;
          }),
        ),
      ),
    ),
  "hex digits": perMessage((message) => Buffer.from(message).toString("hex")),
  "hex digits behind text": perMessage((message) => `msg=${Buffer.from(message).toString("hex")}`),
  "hex digits in quotes": perMessage((message) => `"${Buffer.from(message).toString("hex")}",`),
  "hex with commas": perMessage((message) => listed(message, "").replaceAll(" ", "").toUpperCase()),
  "hex with colons": perMessage((message) => spaced(message).replaceAll(" ", ":")),
  "hex with 0x": (messages) =>
    text(messages.flatMap((message) => dump(message, 16, (_, part) => listed(part).replaceAll(",", "")))),
  "hex on one line": (messages) => `${Buffer.from(whole(messages)).toString("hex")}\n`,
  "hex on one line, spaced": (messages) => `${spaced(whole(messages))}\n`,
  "od -A n": (messages) => text(dump(whole(messages), 16, (_, part) => ` ${spaced(part)}`)),
  "C strings": (messages) =>
    text(
      messages.flatMap((message) =>
        dump(message, 16, (at, part) => `  "${escaped(part)}"${at === 240 ? "," : ""}`),
      ),
    ),
  strace: perMessage((message) => `write(1, "${octal(message)}", 256) = 256`),
  "strace -e write=1": (messages) =>
    text(
      messages.flatMap((message) => [
        `write(1, "${octal(message.subarray(0, 32))}"..., 256) = 256`,
        ...straceDump(message),
        "close(3)                                = 0",
      ]),
    ),
  "strace -xx -s 256 -e write=1": (messages) =>
    text(
      messages.flatMap((message) => [
        `[pid 42] write(1, "${escaped(message)}", 256) = 256 <0.000012>`,
        ...straceDump(message),
      ]),
    ),
  "C array": (messages) =>
    text([
      "static const u8 messages[][256] = {",
      ...messages.flatMap((message) => [
        "\t{",
        ...dump(message, 8, (at, part) => `\t\t${listed(part)}, /* ${at} */ // from ${at}`),
        "\t},",
      ]),
      "};",
    ]),
  "C array of words": perMessage(
    (message, index) => `uint32_t m${index}[] = {${words(message, 4).map((word) => ` 0x${word}U`)} };`,
  ),
  "Rust array": perMessage((message) => `let message: [u8; 256] = [${listed(message)}];`),
  "Rust {:02x?}": perMessage((message) => `[${listed(message, "")}]`),
  "Rust {:x?}": perMessage((message) => `[${listed(message, "", 1)}]`),
  "Rust {:?}": perMessage((message) => `exit [${Array.from(message).join(", ")}] from vp`),
  "Rust {:#?}": (messages) =>
    text(
      messages.flatMap((message) => [
        "    bytes: [",
        ...Array.from(message, (byte) => `        ${byte},`),
        "    ],",
      ]),
    ),
  "Go %v": perMessage((message) => `msg=[${Array.from(message).join(" ")}]`),
  "one list": (messages) => `[${Array.from(whole(messages)).join(", ")}]\n`,
};
