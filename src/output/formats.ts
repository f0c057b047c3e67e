import { printable } from "../base/text.ts";
import type { Field, Phrase } from "../layout/index.ts";
import { type Batch, makeBatch, type Shape, type Sink } from "../record/index.ts";
import { compilePhrase } from "./compile.ts";
import { makeCsv } from "./csv.ts";
import type { DestinationFolder, Format, FormatOptions, FormatTaking, TextFormat } from "./format.ts";
import { compileJson, jsonText } from "./json-lines.ts";
import { LazySink } from "./lazy-sink.ts";
import { PcapngSink } from "./pcapng.ts";
import { RawSink } from "./raw.ts";
import { makeTable, modePhrase } from "./table.ts";
import { TextProgram } from "./text-program.ts";
import { TextSink } from "./text-sink.ts";
import { hexText, type RecordText, treeText } from "./tree.ts";

/** Every format of `-f`, a row each. The first is the default. */
export const FORMATS: readonly Format[] = [
  textFormat(
    "table",
    [],
    "one line a message, in columns of fixed width",
    ["fields", "header", "time"],
    tableFormat,
  ),
  textFormat("tree", [], "every field a line, with its meaning", [], (options) =>
    perRecord(options, treeText),
  ),
  textFormat("hex", [], "the tree beside the bytes it comes from", [], (options) =>
    perRecord(options, hexText),
  ),
  textFormat("jsonl", [".jsonl", ".ndjson"], "one JSON object a line", ["fields"], jsonLinesFormat),
  textFormat("json", [".json"], "one JSON array", ["fields"], jsonArrayFormat),
  textFormat("csv", [".csv"], "a header row, then a row a message (RFC 4180)", ["fields", "header"], makeCsv),
  {
    name: "raw",
    extensions: [".bin"],
    about: "the messages themselves, 256 bytes each",
    takes: [],
    binary: true,
    open: (_options, destination) => new RawSink(destination),
  },
  {
    name: "pcapng",
    extensions: [".pcapng"],
    about: "packets of link type USER0, for Wireshark",
    takes: [],
    binary: true,
    open: (_options, destination) => new PcapngSink(destination),
  },
  {
    name: "parquet",
    extensions: [".parquet"],
    about: "typed columns, for DuckDB, Spark and others",
    takes: ["fields"],
    binary: true,
    open: (options, destination) =>
      new LazySink(async () => (await import("./parquet/parquet.ts")).openParquet(options, destination)),
  },
];

/** Opens a Parquet data set in a folder, partitioned by fields that `isPartitionField` allows. */
export function openDataSet(options: FormatOptions, by: readonly string[], folder: DestinationFolder): Sink {
  return new LazySink(
    async () => new (await import("./parquet/parquet.ts")).DataSetSink(options, by, folder),
  );
}

/** Whether a field can tell partitions: it has one value, of at most 32 bits. */
export function isPartitionField(field: Field | undefined): boolean {
  return field !== undefined && PARTITION_TYPES.has(field.type);
}

const PARTITION_TYPES = new Set(["uint", "bool", "enum", "access", "messageType", "name", "constant"]);

function textFormat(
  name: string,
  extensions: string[],
  about: string,
  takes: readonly FormatTaking[],
  make: (options: FormatOptions) => TextFormat,
): Format {
  return {
    name,
    extensions,
    about,
    takes: [...takes, "additions"],
    open: (options, destination) => new TextSink(options.shapes, make(options), destination),
  };
}

function tableFormat(options: FormatOptions): TextFormat {
  const { header, compile, clock } = makeTable(options);
  const hooks = clock && { begin: () => clock.begin(), observe: (batch: Batch) => clock.observe(batch) };
  return { head: options.header ? header : "", compile, fileText: printable, ...hooks };
}

function jsonLinesFormat(options: FormatOptions): TextFormat {
  const json = jsonCompiler(options);
  return {
    head: "",
    compile(program, shape) {
      json(program, shape);
      program.text("\n");
    },
    fileText: jsonText,
  };
}

/** Every record begins with a comma; the first one's becomes the bracket. */
function jsonArrayFormat(options: FormatOptions): TextFormat {
  const json = jsonCompiler(options);
  return {
    head: "",
    compile(program, shape) {
      program.text(",\n");
      json(program, shape);
    },
    fileText: jsonText,
    first(bytes) {
      bytes[0] = "[".charCodeAt(0);
    },
    tail: (written) => (written ? "\n]\n" : "[]\n"),
  };
}

function jsonCompiler({
  fields,
  files,
  ...additions
}: FormatOptions): (program: TextProgram, shape: Shape) => void {
  const wanted = fields && new Set(fields);
  // A payload is not to be read without its kind.
  if (fields?.some((path) => path.startsWith("payload."))) wanted?.add("payload.kind");
  return (program, shape) =>
    compileJson(program, shape, (path) => wanted?.has(path) ?? true, files.length > 1, additions);
}

/** A format made by plain code, record by record: for reading, not for speed. */
function perRecord(options: FormatOptions, text: RecordText): TextFormat {
  let file = "";
  const phrase = phraseTexts((shape) => shape.phrase);
  const mode = phraseTexts(modePhrase);
  return {
    head: "",
    compile(program, shape) {
      program.record((batch, record) =>
        text({
          batch,
          record,
          shape,
          phrase: phrase(batch, record, shape),
          mode: mode(batch, record, shape),
          file,
          options,
        }),
      );
    },
    fileText: (name) => {
      file = name;
      return name;
    },
  };
}

/** Makes a sentence about a record, one at a time; what it says is compiled once a shape. */
function phraseTexts(
  phraseOf: (shape: Shape) => Phrase,
): (batch: Batch, record: number, shape: Shape) => string {
  const program = new TextProgram();
  const one = makeBatch(1);
  one.pickedCount = 1;
  return (batch, record, shape) => {
    if (!program.has(shape.id)) {
      program.begin(shape.id);
      compilePhrase(program, shape, phraseOf(shape));
      program.end();
    }
    one.shapes[0] = shape.id;
    one.bytes.set(batch.bytes.subarray(record * 256, record * 256 + 256));
    program.length = 0;
    program.run(one, 0);
    return Buffer.from(program.out.buffer, 0, program.length).toString();
  };
}
