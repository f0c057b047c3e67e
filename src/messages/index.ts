/**
 * messages: what the bytes mean, as data. A message type is a row in message-types.ts, its payload a row in
 * payloads.ts; numbers with names are rows under names/.
 */
export * from "./abi.ts";
export * from "./columns.ts";
export { CACHE_TYPE, DELIVERABLE_TYPE, FEATURE_CODE } from "./enums.ts";
export * from "./headers.ts";
export * from "./meanings.ts";
export * from "./message-types.ts";
export * from "./names/index.ts";
export { type IdentityField, type Payload, RAW_PAYLOAD } from "./payloads.ts";
export { accessList, accessNames, pageFaultWords } from "./words.ts";
