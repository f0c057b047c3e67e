/**
 * output: formats, one file and one row (formats.ts) each. Text formats compile each shape to a text program
 * (text-assembler.ts appends it, text-program.ts runs it), which is what makes them fast; a format opens as a Sink
 * that writes to a Destination.
 */
export {
  type Additions,
  type Destination,
  type DestinationFolder,
  type Format,
  type FormatOptions,
  type FormatTaking,
  type PartFile,
  TIME_STYLES,
  type TimeStyle,
} from "./format.ts";
export { FORMATS, isPartitionField, openDataSet } from "./formats.ts";
export { compileJson, jsonText } from "./json-lines.ts";
export { makeTable } from "./table.ts";
export { TextProgram } from "./text-program.ts";
