import { HvmsgError, usageError } from "../base/errors.ts";
import { plural } from "../base/text.ts";
import { ABIS, type Abi } from "../messages/index.ts";
import type { Reporter, Source } from "../record/index.ts";
import { abiFromEvidence, EVIDENCE_RECORDS } from "./abi-evidence.ts";
import { type ByteReader, openReader, readHead, type StandardInput, withHead } from "./bytes.ts";
import { CONTAINERS, HEAD_BYTES } from "./containers.ts";
import { type Framed, RecordSource } from "./records.ts";

/** How the input is to be read; what is left out is decided from the bytes. */
export interface InputOptions {
  container?: string;
  recordSize?: number;
  messageOffset?: number;
  abi?: Abi;
}

/** Milliseconds after which a live pipe that holds back its records says so. */
const PATIENCE_MS = 1000;

/**
 * Opens an input and decides, from its bytes alone, its container and ABI where the options leave them open.
 * Throws an HvmsgError where it cannot be read or recognised.
 */
export async function openSource(
  name: string,
  options: InputOptions,
  reporter: Reporter,
  stdin: () => StandardInput,
): Promise<Source> {
  const reader = await openReader(name, stdin);
  const patience = setTimeout(() => reporter.note(waitingNote(options)), PATIENCE_MS);
  try {
    const { framed, rest } = await decideFraming(reader, options);
    const source = new RecordSource(name, rest, framed, reporter);
    source.abi = options.abi ?? (await decideAbi(source, reporter));
    return source;
  } catch (error) {
    reader.close();
    throw error;
  } finally {
    clearTimeout(patience);
  }
}

async function decideFraming(
  reader: ByteReader,
  options: InputOptions,
): Promise<{ framed: Framed; rest: ByteReader }> {
  if (options.recordSize !== undefined) {
    const { recordSize, messageOffset = 0 } = options;
    const framing = options.container === "header" ? "header" : "message";
    return { framed: { framing, recordSize, messageOffset }, rest: reader };
  }
  const named = CONTAINERS.find((container) => container.name === options.container);
  if (named) return { framed: named.framed, rest: reader };
  const head = await readHead(reader, HEAD_BYTES);
  const rest = withHead(head, reader);
  const found = CONTAINERS.find((container) => container.recognise(head));
  if (found ?? head.length === 0) return { framed: (found ?? messages()).framed, rest };
  throw new HvmsgError(
    "input",
    `not recognised: it begins with ${Buffer.from(head.subarray(0, 16)).toString("hex") || "nothing"}, which is no message type code, header or dump that hvmsg knows (offset 0x0)`,
    `say what it is with --input ${CONTAINERS.map((container) => container.name).join("|")}, or --record-size and --message-offset`,
  );
}

function messages() {
  return CONTAINERS.find((container) => container.name === "message") as (typeof CONTAINERS)[number];
}

async function decideAbi(source: RecordSource, reporter: Reporter): Promise<Abi> {
  const batch = await source.hold(EVIDENCE_RECORDS);
  const abi = batch && abiFromEvidence(batch, source.framing);
  if (abi) return abi;
  const fallback = source.framing === "header" ? "hvimapi" : "hvhdk";
  if (batch) {
    const looked = plural(Math.min(batch.count, EVIDENCE_RECORDS), "record");
    reporter.note(
      `the first ${looked} do not tell which ABI it is; read as ${fallback} (--abi ${ABIS.join("|")} decides)`,
    );
  }
  return fallback;
}

function waitingNote({ container, recordSize, abi }: InputOptions): string {
  const missing = [
    ...(abi ? [] : ["--abi hvhdk (or hvimapi)"]),
    ...(container || recordSize ? [] : ["--input message"]),
  ];
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
