/**
 * input: containers, a row each (containers.ts). `openSource` unpacks, recognises the container from the first
 * bytes and gives its records as batches of 256-byte messages. To add a container whose records have one size, add
 * a row with where the message stands (records.ts reads it); for any other, a `MessageParser` that finds the
 * messages (message-source.ts makes the batches) and a row.
 */
export type { StandardInput } from "./bytes.ts";
export { CONTAINERS } from "./containers.ts";
export { checkInputOptions, type InputOptions, openSource } from "./open.ts";
