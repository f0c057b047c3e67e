/**
 * Parquet, loaded when it is asked for: records are gathered column by column (row-group.ts, gather.ts), each column is
 * encoded (encode.ts), and the file is put together (parquet-file.ts); a data set of many files stands in data-set.ts.
 */
export { DataSetSink } from "./data-set.ts";
export { openParquet } from "./parquet-sink.ts";
