/** The first messages of a capture as people find them in texts: a kernel log, a debugger session, a trace. */

const MESSAGE_BYTES = 256;
const MESSAGES = 6;
const LINE_BYTES = 16;

/** File name -> text, from the 256-byte messages of a capture. */
export function textSamples(capture: Uint8Array): Map<string, Uint8Array> {
  const messages = Array.from({ length: MESSAGES }, (_, place) =>
    capture.subarray(place * MESSAGE_BYTES, (place + 1) * MESSAGE_BYTES),
  );
  return new Map([
    ["dmesg.txt", Buffer.from(kernelLog(messages))],
    ["windbg.txt", Buffer.from(debuggerSession(messages))],
    ["bpftrace.txt", Buffer.from(trace(messages))],
  ]);
}

/** What print_hex_dump(KERN_DEBUG, "vp0: ", DUMP_PREFIX_OFFSET, 16, 1, msg, 256, true) prints, among other lines. */
function kernelLog(messages: readonly Uint8Array[]): string {
  let time = 184.220117;
  const stamp = () => {
    time += 0.000012;
    return `[${time.toFixed(6).padStart(12)}] `;
  };
  const lines = messages.flatMap((message, place) => [
    `${stamp()}mshv: vp 0 exits, message ${place}`,
    ...linesOf(message).map(
      ({ at, bytes }) => `${stamp()}vp0: ${hex(at, 8)}: ${spaced(bytes)}  ${printed(bytes)}`,
    ),
  ]);
  lines.splice(9, 0, `${stamp()}usb 1-1: new high-speed USB device number 2 using xhci_hcd`);
  return `${lines.join("\n")}\n`;
}

/** Two `db` and four `dq`, as the debugger's log file has them: CR LF at the end of lines. */
function debuggerSession(messages: readonly Uint8Array[]): string {
  const page = 0xfffff801_1a2b3000n;
  const lines = messages.flatMap((message, place) => {
    const at = page + BigInt(place) * 0x1000n;
    const command = place < 2 ? "db" : "dq";
    const count = place < 2 ? "L100" : "L20";
    return [
      `0: kd> ${command} ${address(at)} ${count}`,
      ...linesOf(message).map((line) => {
        const shown = place < 2 ? debuggerBytes(line.bytes) : debuggerWords(line.bytes);
        return `${address(at + BigInt(line.at))}  ${shown}`;
      }),
    ];
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** What capture/capture.bt prints. */
function trace(messages: readonly Uint8Array[]): string {
  const lines = messages.flatMap((message) =>
    linesOf(message, 64).map(({ at, bytes }) => `cpu0: ${hex(at, 8)}: ${spaced(bytes)}`),
  );
  return `Attaching 4 probes...\n${lines.join("\n")}\n`;
}

function linesOf(message: Uint8Array, size = LINE_BYTES): { at: number; bytes: Uint8Array }[] {
  return Array.from({ length: message.length / size }, (_, line) => ({
    at: line * size,
    bytes: message.subarray(line * size, (line + 1) * size),
  }));
}

function debuggerBytes(bytes: Uint8Array): string {
  return `${spaced(bytes.subarray(0, 8))}-${spaced(bytes.subarray(8))}  ${printed(bytes)}`;
}

function debuggerWords(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return [0, 8].map((at) => address(view.getBigUint64(at, true))).join(" ");
}

/** 16 digits with a backtick in the middle. */
function address(value: bigint): string {
  return hex(value, 16).replace(/^.{8}/, "$&`");
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

function spaced(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => hex(byte, 2)).join(" ");
}

function printed(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join(
    "",
  );
}
