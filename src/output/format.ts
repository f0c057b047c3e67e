import type { Style } from "../base/style.ts";
import type { Disassembler, RipNames } from "../code/index.ts";
import type { Batch, Shape, Shapes, Sink } from "../record/index.ts";
import type { TextProgram } from "./text-program.ts";

/** Where the bytes of an output go: standard output, a file, a test. */
export interface Destination {
  /** Takes the bytes before it returns, or before the promise is kept; they are overwritten after. */
  write(bytes: Uint8Array): void | Promise<void>;
}

/** Where an output of many files goes. */
export interface DestinationFolder {
  /** Makes a file by its path in the folder; throws where there are too many. */
  create(path: string): PartFile;
}

/** A file of an output of many; it is open only while something is written. */
export interface PartFile {
  append(bytes: Uint8Array): void;
  /** Keeps bytes that are no part of the file yet. */
  setAside(bytes: Uint8Array): void;
  /** All that was set aside, in one piece; it is forgotten. */
  takeBack(): Uint8Array;
}

/** What is shown beside what the messages hold, where the user asks for it. */
export interface Additions {
  /** Names RIPs. */
  symbols?: RipNames;
  /** Reads the instruction bytes. */
  disassembler?: Disassembler;
}

/** How the table tells times: the time itself, or seconds since the first record, or since the last one of the VP. */
export const TIME_STYLES = ["absolute", "start", "vp"] as const;
export type TimeStyle = (typeof TIME_STYLES)[number];

/** What a format may need to know. */
export interface FormatOptions extends Additions {
  shapes: Shapes;
  /** Paths of the wanted fields, in the order asked for; absent: all. */
  fields?: readonly string[];
  /** Whether a header line comes first, where the format has one. */
  header: boolean;
  /** Colours, or none. */
  style: Style;
  /** Names of all inputs; with more than one, records tell theirs. */
  files: readonly string[];
  /** Adds a column of times to the table. */
  time?: TimeStyle;
}

/** `--fields`, `--no-header`, `--time`; additions are symbols and instructions. */
export type FormatTaking = "fields" | "header" | "time" | "additions";

/** A format of `-f`: a row in formats.ts. */
export interface Format {
  name: string;
  /** File name extensions that choose it for `-o`. */
  extensions: readonly string[];
  /** One line for `--help`. */
  about: string;
  /** Options that mean something to it. */
  takes: readonly FormatTaking[];
  /** Whether it is no text, and so nothing for a terminal. */
  binary?: true;
  open(options: FormatOptions, destination: Destination): Sink;
}

/** A format that is text, compiled once a shape. */
export interface TextFormat {
  /** Text before the first record. */
  head: string;
  /** Whether it is written even where there is no record. */
  headAlways?: boolean;
  /** Compiles the text of a shape's records, with the end of the line. */
  compile(program: TextProgram, shape: Shape): void;
  /** Called before the first batch of each input, and with each batch before its records are written. */
  begin?(): void;
  observe?(batch: Batch): void;
  /** How a file's name is written. */
  fileText(name: string): string;
  /** Changes the gathered text before it is first handed on, and says what comes last. */
  tail?(written: boolean): string;
  /** Called with the first bytes. */
  first?(bytes: Uint8Array): void;
}
