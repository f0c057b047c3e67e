import { HvmsgError, usageError } from "../base/errors.ts";
import { hex } from "../base/text.ts";
import { ABIS, type Abi, MESSAGE_BYTES } from "../messages/index.ts";
import { type Batch, RECORD_WORDS, type Reporter, type Source } from "../record/index.ts";
import { abiFromEvidence, EVIDENCE_RECORDS } from "./abi-evidence.ts";
import { type ByteReader, openReader, readHead, type StandardInput, withHead } from "./bytes.ts";
import { MAGIC_BYTES, unpacked } from "./compressed.ts";
import type { Container, OpenedSource } from "./container.ts";
import { CONTAINERS, HEAD_BYTES } from "./containers.ts";
import { findMessages } from "./looks-like.ts";
import { RecordSource } from "./records.ts";

/** Bytes that tell a packet capture: fewer than any record has. */
const CAPTURE_HEAD_BYTES = 12;

/** How the input is to be read; what is left out is decided from the bytes. */
export interface InputOptions {
  container?: string;
  recordSize?: number;
  messageOffset?: number;
  abi?: Abi;
  /** Whether to say in a note what the input was recognised as. */
  verbose?: boolean;
}

/** Milliseconds after which a live pipe that holds back its records says so. */
const PATIENCE_MS = 1000;

/**
 * Opens an input and decides, from its bytes alone, its compression, container and ABI where the options leave
 * them open. Throws an HvmsgError where it cannot be read or recognised.
 */
export async function openSource(
  name: string,
  options: InputOptions,
  reporter: Reporter,
  stdin: () => StandardInput,
): Promise<Source> {
  const trouble = (what: string) => reporter.trouble(name, what);
  let reader = await openReader(name, stdin, trouble);
  const missing = undecided(options);
  const patience =
    reader.live && missing.length > 0
      ? setTimeout(() => reporter.note(waitingNote(missing)), PATIENCE_MS)
      : undefined;
  try {
    const magic = await readHead(reader, MAGIC_BYTES);
    const found = await unpacked(magic, withHead(magic, reader), trouble);
    reader = found.reader;
    const source = await openContainer(name, reader, options, reporter, found.compression);
    await decideAbi(source, options.abi, reporter);
    return source;
  } catch (error) {
    reader.close();
    throw error;
  } finally {
    clearTimeout(patience);
  }
}

async function openContainer(
  name: string,
  reader: ByteReader,
  options: InputOptions,
  reporter: Reporter,
  compression: string | undefined,
): Promise<OpenedSource> {
  if (options.recordSize !== undefined) {
    const { recordSize, messageOffset = 0 } = options;
    const framing = options.container === "header" ? "header" : "message";
    return new RecordSource(name, reader, { framing, recordSize, messageOffset }, reporter);
  }
  const named = CONTAINERS.find((container) => container.name === options.container);
  if (named) {
    const first = await readHead(reader, CAPTURE_HEAD_BYTES);
    const capture = CONTAINERS.find((each) => each.name.startsWith("pcap") && each.recognise(first, false));
    if (capture && !named.name.startsWith("pcap"))
      reporter.note(`${name}: begins as a ${capture.name}, and is read as --input ${named.name} says`);
    return named.open(name, withHead(first, reader), reporter);
  }
  const head = await readHead(reader, HEAD_BYTES);
  const container = recognise(head, head.length < HEAD_BYTES);
  const packed = compression === undefined ? "" : `${compression}, and in it `;
  if (options.verbose) reporter.note(`${name}: recognised as ${packed}${container.name}: ${container.about}`);
  return container.open(name, withHead(head, reader), reporter);
}

/** The one container that the first bytes look like. Throws an HvmsgError where that is none, or more than one. */
function recognise(head: Uint8Array, whole: boolean): Container {
  const found = CONTAINERS.filter((container) => container.recognise(head, whole));
  const [first, second] = found;
  if (first && !second) return first;
  if (head.length === 0) return CONTAINERS[0] as Container;
  if (first)
    throw new HvmsgError(
      "input",
      `not recognised: it may be ${found.map((container) => `${container.name} (${container.about})`).join(" or ")}`,
      `say which with --input ${found.map((container) => container.name).join("|")}`,
    );
  const at = findMessages(head)[0];
  const code = at === undefined ? "" : `; the first type code of a message stands at offset ${hex(at)}`;
  const begin = Buffer.from(head.subarray(0, 16)).toString("hex");
  throw new HvmsgError(
    "input",
    `not recognised: it begins with ${begin}, which is no message, header, page, packet capture or dump that hvmsg knows${code}`,
    `say what it is with --input ${CONTAINERS.map((container) => container.name).join("|")}, or --record-size and --message-offset`,
  );
}

/** Sets the ABI, from what is given or from the first records; the framing too is known for certain after it. */
async function decideAbi(source: OpenedSource, given: Abi | undefined, reporter: Reporter): Promise<void> {
  if (given) source.abi = given;
  const batch = await source.hold(given ? 1 : EVIDENCE_RECORDS);
  if (given) return;
  const found = source.toldAbi ?? (batch ? abiFromEvidence(batch, source.framing) : undefined);
  source.abi = found ?? (source.framing === "header" ? "hvimapi" : "hvhdk");
  if (found || !batch) return;
  const looked = Math.min(batch.count, EVIDENCE_RECORDS);
  if (!holdsMessages(batch, looked)) return;
  reporter.note(
    `the first records do not tell which ABI it is; read as ${source.abi} (--abi ${ABIS.join("|")} decides)`,
  );
}

/** Whether any of the records is more than an empty slot. */
function holdsMessages({ words, available }: Batch, count: number): boolean {
  for (let record = 0; record < count; record++)
    if (words[record * RECORD_WORDS] !== 0 || (available[record] as number) < MESSAGE_BYTES) return true;
  return false;
}

/** The options that would let records through as they arrive. */
function undecided({ container, recordSize, abi }: InputOptions): string[] {
  return [
    ...(abi ? [] : ["--abi hvhdk (or hvimapi)"]),
    ...(container || recordSize ? [] : ["--input message"]),
  ];
}

function waitingNote(missing: readonly string[]): string {
  return `waiting for more input to recognise it; to see records as they arrive, give ${missing.join(" and ")}`;
}

/** Checks the input options against each other; throws a usage error. */
export function checkInputOptions(options: InputOptions): void {
  const { recordSize, messageOffset, container } = options;
  if (messageOffset !== undefined && recordSize === undefined)
    throw usageError("--message-offset needs --record-size");
  if (recordSize === undefined) return;
  if (container !== undefined && container !== "message" && container !== "header")
    throw usageError(`--record-size goes with --input message or header, not ${container}`);
  const least = container === "header" ? 4 : 16;
  if (recordSize - (messageOffset ?? 0) < least)
    throw usageError(
      `--record-size ${recordSize} leaves no room for a record at offset ${messageOffset ?? 0}`,
    );
}
