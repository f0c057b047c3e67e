/**
 * A Parquet data set in Hive's layout: a folder for each value of the fields it is partitioned by, and a file in each. The
 * records of each partition are kept as they are until they fill a row group; what does not fit into memory is set aside on
 * disk, so that neither many partitions nor a large capture take more.
 */
import type { Batch, Sink, Source } from "../../record/index.ts";
import { columnPaths } from "../column-paths.ts";
import type { DestinationFolder, FormatOptions, PartFile } from "../format.ts";
import { makeColumns } from "./columns.ts";
import { ChunkEncoder } from "./encode.ts";
import { ParquetFile } from "./parquet-file.ts";
import { ROW_GROUP_ROWS } from "./parquet-sink.ts";
import { PartitionKeys } from "./partition-keys.ts";
import { RowGroup } from "./row-group.ts";
import { Replay, RowLog } from "./row-log.ts";

interface Partition {
  part: PartFile;
  file: ParquetFile;
  log: RowLog;
  /** Records that are set aside on disk. */
  aside: number;
}

/** Writes a data set, partitioned by the fields `by`, which its files then do not have as columns. */
export class DataSetSink implements Sink {
  readonly #folder: DestinationFolder;
  readonly #keys: PartitionKeys;
  readonly #group: RowGroup;
  readonly #encoder: ChunkEncoder;
  readonly #partitions: Partition[] = [];
  readonly #replay = new Replay();
  readonly #files: string[] = [];
  /** Records in memory, of all partitions. */
  #held = 0;

  constructor(
    options: FormatOptions,
    by: readonly string[],
    folder: DestinationFolder,
    rows = ROW_GROUP_ROWS,
  ) {
    this.#folder = folder;
    this.#keys = new PartitionKeys(options.shapes, by);
    const paths = columnPaths(options).filter((path) => !by.includes(path));
    this.#group = new RowGroup(options.shapes, makeColumns(paths), rows);
    this.#encoder = new ChunkEncoder(rows);
  }

  begin({ name }: Source): void {
    this.#files.push(name);
  }

  write(batch: Batch): void | Promise<void> {
    return this.#add(batch, 0);
  }

  flush(): void {}

  async end(): Promise<void> {
    for (const partition of this.#partitions) {
      if (partition.aside + partition.log.rows > 0) await this.#writeGroup(partition);
      await partition.file.finish();
    }
  }

  #add(batch: Batch, from: number): void | Promise<void> {
    const { capacity } = this.#group;
    for (let place = from; place < batch.pickedCount; place++) {
      const record = batch.picked[place]!;
      const partition = this.#partitionOf(batch, record);
      partition.log.add(batch, record, this.#files.length - 1);
      this.#held++;
      if (partition.aside + partition.log.rows === capacity)
        return this.#writeGroup(partition).then(() => this.#add(batch, place + 1));
      if (this.#held >= capacity >> 1) this.#setAside();
    }
  }

  #partitionOf(batch: Batch, record: number): Partition {
    const number = this.#keys.of(batch, record);
    this.#partitions[number] ??= this.#open(this.#keys.folders[number] as string);
    return this.#partitions[number];
  }

  #open(folder: string): Partition {
    const part = this.#folder.create(`${folder}/part-00000.parquet`);
    const file = new ParquetFile(this.#group.columns, { write: (bytes) => part.append(bytes) });
    return { part, file, log: new RowLog(), aside: 0 };
  }

  #setAside(): void {
    for (const partition of this.#partitions) {
      const { part, log } = partition;
      if (log.rows === 0) continue;
      part.setAside(log.bytes);
      partition.aside += log.rows;
      log.clear();
    }
    this.#held = 0;
  }

  async #writeGroup(partition: Partition): Promise<void> {
    const { part, file, log } = partition;
    const group = this.#group;
    if (partition.aside > 0) this.#replay.add(part.takeBack(), this.#files, group);
    this.#replay.add(log.bytes, this.#files, group);
    partition.aside = 0;
    this.#held -= log.rows;
    log.clear();
    await file.write(group, this.#encoder);
    group.clear();
  }
}
