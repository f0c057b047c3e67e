/**
 * record: bytes seen through layouts. A batch holds records of 256 bytes; the classifier gives each its shape,
 * which says what fields it has and where; value.ts reads single fields. Source, Select and Sink are the three
 * contracts that the pump joins.
 */
export * from "./batch.ts";
export * from "./catalog.ts";
export * from "./contracts.ts";
export * from "./encode.ts";
export * from "./shape.ts";
export * from "./time.ts";
export * from "./value.ts";
