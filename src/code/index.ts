/**
 * code: what is at an address: symbols (symbol-file.ts reads them, symbols.ts finds them) and instructions
 * (disassembler.ts). Nothing here is loaded or read unless the user asks for it. To read another kind of symbol
 * file, add its line to symbol-file.ts.
 */
export {
  type Disassembler,
  type Instruction,
  instructionOf,
  openDisassembler,
} from "./disassembler.ts";
export { parseSymbols } from "./symbol-file.ts";
export { type RipNames, type SymbolRow, Symbols } from "./symbols.ts";
