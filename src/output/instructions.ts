/**
 * The instructions of a text program. Each is a code, the fixed text that comes before it (its first chunk in the
 * text memory, and its bytes), and operands. Words are counted from the record's start; a distance is counted
 * from the operand that holds it.
 *
 * They stand in a file of their own because esbuild inlines a constant number only where it is imported, and only
 * literal labels let V8 turn the interpreter's `switch` into a jump table: 6 % of the time of `decode --json`.
 */
export const END = 0;
export const TEXT = 1; // nothing but its text
export const HEX16 = 2; // word: 16 digits of the 64 bits there
export const HEX = 3; // word, shift, mask, word of the upper half or -1: as few digits as it needs
export const DECIMAL = 4; // word, shift, mask
export const VALUE = 5; // cache, word, shift, mask: the text for these bits
export const BYTES = 6; // byte, most, word (or -1), shift, mask of the count
export const INDEX = 7;
export const OFFSET = 8;
export const RECORD = 9; // renderer
export const UNLESS = 10; // word, shift, mask, value, distance: jumps unless the bits have the value
export const JUMP = 11; // distance
export const DROP_COMMA = 12;
export const MARK = 13; // begins a column
export const PAD = 14; // width: fills the column with spaces
export const RESERVED = 15; // count, then word and mask each: odd where a bit is set
export const EXCEEDS = 16; // word, shift, mask, max: odd where more
export const UNLISTED = 17; // word, shift, mask, bit set of the values below 32: odd where not among them
export const ODD = 18; // odd at once
export const PROBLEMS = 19; // renderer: its text where the record is odd
export const FILE = 20; // the text set by `setFile`
export const UNTIMED = 21; // distance: jumps where the record has no time
export const TIME = 22; // the time of the record, which has one
export const STEADY = 23; // cache, keys, distance of the keys: the kept text, or else what follows up to KEEP
export const KEEP = 24; // cache, keys, then word and mask each: keeps the text since STEADY

/** Numbers before the operands of an instruction. */
export const HEAD = 3;

/** Slots of the cache of a value, and of a steady part. A cache is cleared when half of them are taken. */
export const VALUE_SLOTS = 2048;
export const PART_SLOTS = 1024;
/** 32 less the logarithm of PART_SLOTS: leaves as many bits of a hash. */
export const PART_HASH_SHIFT = 22;
/** Most words whose bits may tell the text of a steady part. */
export const PART_KEYS = 8;

/** An entry of a cache: the first chunk of its text (0: it is empty), the text's bytes, and from here on its key. */
export const ENTRY_KEY = 2;
/** Numbers of the entry of a value, which has one key word, and of a steady part. */
export const VALUE_ENTRY = 3;
export const PART_ENTRY = 10;

/** Bytes from which on a copy by the engine beats a loop of stores. */
export const LONG_BYTES = 40;
