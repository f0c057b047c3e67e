/** hvmsg's own JSON records read back: as `--json` and `-f json` write them, and as jq prints them. */
import { HvmsgError, isHvmsgError } from "../base/errors.ts";
import { plural } from "../base/text.ts";
import { ABIS, type Abi } from "../messages/index.ts";
import { type Batch, encodeJsonRecord, type Framing, type Reporter, Shapes } from "../record/index.ts";
import { type ByteReader, withHead } from "./bytes.ts";
import type { OpenedSource } from "./container.ts";
import { abiOfRecord, framingOfRecord } from "./json-abi.ts";
import { type ObjectSink, ObjectSplitter } from "./json-objects.ts";
import { type MessageOut, type MessageParser, MessageSource } from "./message-source.ts";

/** What the records of a source are, which is the same for all of them. */
interface RecordKind {
  framing: Framing;
  abi: Abi;
}

/** A parser of JSON records of one kind; loads the schema that they are checked with. */
async function makeJsonLinesParser(kind: RecordKind): Promise<MessageParser> {
  const { recordSchema } = await import("../record/record-schema.ts");
  schema ??= recordSchema();
  return new JsonLinesParser(kind, schema);
}

/** Made once: it takes longer than to read a thousand records with it. */
let schema: Schema | undefined;

/** What is needed of a zod schema. */
interface Schema {
  safeParse(value: unknown): { success: boolean; error?: { issues: SchemaIssue[] } | undefined };
}

interface SchemaIssue {
  path: PropertyKey[];
  message: string;
  code?: string | undefined;
  keys?: string[];
}

class JsonLinesParser implements MessageParser, ObjectSink {
  readonly #kind: RecordKind;
  readonly #schema: Schema;
  readonly #objects = new ObjectSplitter(this);
  readonly #shapes = new Shapes();
  #out: MessageOut | undefined;
  #records = 0;

  constructor(kind: RecordKind, schema: Schema) {
    this.#kind = kind;
    this.#schema = schema;
  }

  feed(bytes: Uint8Array, from: number, to: number, out: MessageOut): void {
    this.#out = out;
    this.#objects.feed(bytes, from, to);
  }

  end(out: MessageOut): void {
    this.#out = out;
    this.#objects.end();
    if (this.#records === 0) out.trouble("no JSON record in it");
  }

  passedOverNote(count: number): string {
    return `${plural(count, "record")} had reserved bits or bytes set, which a JSON record names only in its problems: they are read as 0`;
  }

  broken(what: string, line: number): void {
    this.#records++;
    this.#out?.trouble(`line ${line}: ${what}`);
  }

  object(text: string, line: number, offset: number): void {
    this.#records++;
    try {
      this.#read(JSON.parse(text) as Record<string, unknown>, line, offset);
    } catch (error) {
      if (!(isHvmsgError(error) || error instanceof SyntaxError)) throw error;
      const what = isHvmsgError(error) ? error.message : `no JSON: ${syntaxWords(error)}`;
      this.#out?.trouble(`line ${line}: ${what}`);
    }
  }

  #read(record: Record<string, unknown>, line: number, offset: number): void {
    const { time, ...rest } = record;
    const at = time === undefined ? undefined : timeOf(time);
    const issue = this.#schema.safeParse(rest).error?.issues[0];
    if (issue) throw new HvmsgError("input", issueText(issue, rest));
    const { framing, abi } = this.#kind;
    if (framingOfRecord(rest) !== framing) {
      const what =
        framing === "header" ? "a whole message among bare headers" : "a bare header among messages";
      throw new HvmsgError("input", `${what} is left out`);
    }
    const { bytes, length, missing } = encodeJsonRecord(this.#shapes, rest, framing, abi);
    if (length < (framing === "header" ? 4 : 16))
      throw new HvmsgError("input", "it has too few fields for a record");
    if (missing !== undefined) this.#out?.trouble(`line ${line}: ${missing} is missing, and is taken as 0`);
    const lost = (rest.problems as string[] | undefined)?.some((problem) => problem.includes("reserved"));
    if (lost) this.#out?.passedOver(1);
    const start = framing === "header" ? 16 : 0;
    this.#out?.message(bytes, start, length, offset, at?.seconds, at?.nanoseconds);
  }
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

function timeOf(time: unknown): { seconds: number; nanoseconds: number } {
  const match = typeof time === "string" ? TIME.exec(time) : null;
  const seconds = match ? Date.parse(`${match[1]}Z`) / 1000 : Number.NaN;
  if (!match || !Number.isFinite(seconds))
    throw new HvmsgError(
      "input",
      `time: ${JSON.stringify(time).slice(0, 60)} is no time such as 2025-07-01T12:00:00.000000000Z`,
    );
  return { seconds, nanoseconds: Number((match[2] ?? "").padEnd(9, "0")) };
}

function syntaxWords(error: SyntaxError): string {
  return error.message
    .replace(/ in JSON at position.*$|, "[\s\S]*$| \(line[\s\S]*$/, "")
    .replace(/[^ -~]/g, "?");
}

/** `payload.portNumber: expected number, received string`. */
function issueText({ path, message, code, keys }: SchemaIssue, record: object): string {
  if (code === "unrecognized_keys" && keys) {
    const [key = ""] = keys;
    return `${[...path, key]
      .map(String)
      .join(".")
      .replace(/[^ -~]/g, "?")
      .slice(0, 80)}: no field of a record has this name here`;
  }
  const value = path.reduce<unknown>(
    (inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key],
    record,
  );
  const shown =
    value === undefined ? "" : ` ${(JSON.stringify(value) ?? "").replace(/[^ -~]/g, "?").slice(0, 60)}:`;
  return `${path.map(String).join(".")}:${shown} ${message
    .replace(/^Invalid input: /, "")
    .replace(/[^ -~]/g, "?")
    .slice(0, 120)}`;
}

/** Bytes that are looked at for what the records are, at most. */
const SCOUT_BYTES = 64 * 1024;

/** Opens JSON records; what they are (messages or headers, and the ABI) is told by the first of them. */
export function openJsonLines(name: string, reader: ByteReader, reporter: Reporter): OpenedSource {
  return new JsonLinesSource(name, reader, reporter);
}

class JsonLinesSource implements OpenedSource {
  readonly name: string;
  readonly #reader: ByteReader;
  readonly #reporter: Reporter;
  #inner: MessageSource | undefined;
  #abi: Abi | undefined;

  constructor(name: string, reader: ByteReader, reporter: Reporter) {
    this.name = name;
    this.#reader = reader;
    this.#reporter = reporter;
  }

  get framing(): Framing {
    return this.#inner?.framing ?? "message";
  }

  get abi(): Abi {
    return this.#abi ?? "hvhdk";
  }

  /** Set before the first records are asked for, it is what they are encoded with. */
  set abi(abi: Abi) {
    this.#abi = abi;
    if (this.#inner) this.#inner.abi = abi;
  }

  /** The ABI that the records were encoded with: their bytes tell no more of it. */
  get toldAbi(): Abi | undefined {
    return this.#inner?.abi;
  }

  next(): Batch | null | Promise<Batch | null> {
    return this.#inner ? this.#inner.next() : this.#open().then((inner) => inner.next());
  }

  async hold(records: number): Promise<Batch | null> {
    return (this.#inner ?? (await this.#open())).hold(records);
  }

  close(): void {
    this.#reader.close();
  }

  async #open(): Promise<MessageSource> {
    const { head, framing = "message", abi } = await scout(this.#reader, this.#abi === undefined);
    const kind = { framing, abi: this.#abi ?? abi ?? (framing === "header" ? "hvimapi" : "hvhdk") } as const;
    if (this.#abi === undefined && abi === undefined && head.length > 0)
      this.#reporter.note(
        `the records do not tell which ABI it is; read as ${kind.abi} (--abi ${ABIS.join("|")} decides)`,
      );
    const parser = await makeJsonLinesParser(kind);
    this.#inner = new MessageSource(this.name, withHead(head, this.#reader), parser, framing, this.#reporter);
    this.abi = kind.abi;
    return this.#inner;
  }
}

/** Reads as far as it takes to know what the records are, and gives back what was read. */
async function scout(
  reader: ByteReader,
  wantsAbi: boolean,
): Promise<{ head: Uint8Array; framing?: Framing; abi?: Abi }> {
  const head = new Uint8Array(SCOUT_BYTES);
  const found: { framing?: Framing; abi?: Abi } = {};
  const splitter = new ObjectSplitter({
    object(text) {
      const record = parsed(text);
      if (!record) return;
      found.framing ??= framingOfRecord(record);
      const abi = found.abi ?? abiOfRecord(record);
      if (abi) found.abi = abi;
    },
    broken() {},
  });
  let have = 0;
  while (have < head.length && (found.framing === undefined || (wantsAbi && found.abi === undefined))) {
    const got = await reader.read(head, have, head.length - have);
    if (got === 0) break;
    splitter.feed(head, have, have + got);
    have += got;
  }
  return { head: head.subarray(0, have), ...found };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
