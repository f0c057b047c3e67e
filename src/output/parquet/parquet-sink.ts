import type { Batch, Sink, Source } from "../../record/index.ts";
import { columnPaths } from "../column-paths.ts";
import type { Destination, FormatOptions } from "../format.ts";
import { makeColumns } from "./columns.ts";
import { ChunkEncoder } from "./encode.ts";
import { ParquetFile } from "./parquet-file.ts";
import { RowGroup } from "./row-group.ts";

/** Rows of a row group: near DuckDB's own 122,880; in memory some 700 bytes each where every column occurs. */
export const ROW_GROUP_ROWS = 1 << 17;

/** Opens one Parquet file. */
export function openParquet(
  options: FormatOptions,
  destination: Destination,
  rowGroupRows = ROW_GROUP_ROWS,
): Sink {
  const columns = makeColumns(columnPaths(options));
  const group = new RowGroup(options.shapes, columns, rowGroupRows);
  const encoder = new ChunkEncoder(rowGroupRows);
  const file = new ParquetFile(columns, destination);

  function add(batch: Batch, from: number): void | Promise<void> {
    const next = group.add(batch, from);
    if (group.rows === rowGroupRows) return writeGroup().then(() => add(batch, next));
  }

  async function writeGroup(): Promise<void> {
    await file.write(group, encoder);
    group.clear();
  }

  return {
    begin: (source: Source) => group.setFile(source.name),
    write: (batch) => add(batch, 0),
    flush() {},
    async end() {
      if (group.rows > 0) await writeGroup();
      await file.finish();
    },
  };
}
