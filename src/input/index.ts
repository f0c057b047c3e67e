/**
 * input: containers, a row each (containers.ts). `openSource` recognises one from the first bytes and gives its
 * records as batches of 256-byte messages; records.ts reads what has records of one size.
 */
export type { StandardInput } from "./bytes.ts";
export { CONTAINERS } from "./containers.ts";
export { checkInputOptions, type InputOptions, openSource } from "./open.ts";
