import type { ColumnMetaData, RowGroup as RowGroupMetaData } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import packageJson from "../../../package.json" with { type: "json" };
import type { Destination } from "../format.ts";
import { type Column, makeSchema } from "./columns.ts";
import type { Chunk, ChunkEncoder } from "./encode.ts";
import { Presences } from "./presence.ts";
import type { RowGroup } from "./row-group.ts";

const MAGIC = Buffer.from("PAR1");

/** A Parquet file that is written front to back, a row group at a time; only its metadata stay until the end. */
export class ParquetFile {
  readonly #destination: Destination;
  readonly #columns: readonly Column[];
  readonly #groups: RowGroupMetaData[] = [];
  #rows = 0;
  #offset = 0;

  constructor(columns: readonly Column[], destination: Destination) {
    this.#columns = columns;
    this.#destination = destination;
  }

  /** Writes the rows that are gathered in a group. */
  async write(group: RowGroup, encoder: ChunkEncoder): Promise<void> {
    if (this.#offset === 0) await this.#append(MAGIC);
    const presences = new Presences(group);
    const chunks: ColumnMetaData[] = [];
    for (const [place, column] of this.#columns.entries()) {
      const store = group.stores[place]!;
      const chunk = encoder.encode(column, store, presences.of(column, store), group.rows);
      chunks.push(moved(chunk, this.#offset));
      await this.#append(chunk.bytes);
    }
    this.#rows += group.rows;
    this.#groups.push({
      columns: chunks.map((meta_data) => ({ file_offset: 0n, meta_data })),
      total_byte_size: chunks.reduce((sum, { total_uncompressed_size: size }) => sum + size, 0n),
      total_compressed_size: chunks.reduce((sum, { total_compressed_size: size }) => sum + size, 0n),
      num_rows: BigInt(group.rows),
    });
  }

  /** Writes what makes the file whole. */
  async finish(): Promise<void> {
    if (this.#offset === 0) await this.#append(MAGIC);
    const writer = new ByteWriter();
    const metadata = {
      version: 1,
      created_by: `hvmsg version ${packageJson.version}`,
      schema: makeSchema(this.#columns),
      num_rows: BigInt(this.#rows),
      row_groups: this.#groups,
      metadata_length: 0,
    };
    writeMetadata(writer, metadata);
    writer.appendBytes(MAGIC);
    await this.#append(writer.getBytes());
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    await this.#destination.write(bytes);
  }
}

/** The metadata of a chunk that stands at `offset`. */
function moved({ meta }: Chunk, offset: number): ColumnMetaData {
  const by = BigInt(offset);
  const { dictionary_page_offset: dictionary } = meta;
  return {
    ...meta,
    data_page_offset: meta.data_page_offset + by,
    ...(dictionary === undefined ? {} : { dictionary_page_offset: dictionary + by }),
  };
}
