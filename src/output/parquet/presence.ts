import { mostHybridBytes, packHybrid } from "./bit-pack.ts";
import { type Column, NANOSECONDS_COLUMN } from "./columns.ts";
import type { RowGroup } from "./row-group.ts";
import type { Store } from "./stores.ts";

/** Which rows of a group have a value in a column. */
export interface Presence {
  rows: Int32Array;
  /** The definition levels, packed: 1 for a row with a value. */
  levels: Uint8Array;
}

/**
 * The presences of a group. Most follow from the shapes of the rows, and columns that the same shapes have share theirs;
 * some columns leave out single values.
 */
export class Presences {
  readonly #group: RowGroup;
  readonly #byShapes = new Map<string, Presence>();
  readonly #present: Uint8Array;

  constructor(group: RowGroup) {
    this.#group = group;
    this.#present = new Uint8Array(group.rows);
  }

  of(column: Column, store: Store): Presence {
    const shared = this.#ofShapes(column);
    if (store.kind === "coded" && store.without > 0)
      return this.#where((row) => (store.values[row] as number) >= 0, shared.rows);
    const timed = column.path === "time" || column.path === NANOSECONDS_COLUMN;
    if (timed && this.#group.withoutTime > 0) return this.#where((row) => this.#group.timed[row] === 1);
    return shared;
  }

  #ofShapes(column: Column): Presence {
    const { shapesSeen, rowShapes, rows } = this.#group;
    const key = shapesSeen.map((shape) => (this.#group.has(column, shape) ? "1" : "0")).join("");
    let presence = this.#byShapes.get(key);
    if (presence === undefined) {
      const having = new Uint8Array(Math.max(0, ...shapesSeen) + 1);
      for (const [place, shape] of shapesSeen.entries()) having[shape] = key[place] === "1" ? 1 : 0;
      for (let row = 0; row < rows; row++) this.#present[row] = having[rowShapes[row]!]!;
      presence = this.#pack();
      this.#byShapes.set(key, presence);
    }
    return presence;
  }

  #where(has: (row: number) => boolean, among?: Int32Array): Presence {
    const { rows } = this.#group;
    this.#present.fill(0);
    if (among) for (const row of among) this.#present[row] = has(row) ? 1 : 0;
    else for (let row = 0; row < rows; row++) this.#present[row] = has(row) ? 1 : 0;
    return this.#pack();
  }

  #pack(): Presence {
    const { rows } = this.#group;
    const present = this.#present;
    let count = 0;
    for (let row = 0; row < rows; row++) count += present[row]!;
    const list = new Int32Array(count);
    for (let row = 0, next = 0; next < count; row++) if (present[row] === 1) list[next++] = row;
    const levels = new Uint8Array(mostHybridBytes(rows, 1));
    return { rows: list, levels: levels.subarray(0, packHybrid(levels, 0, present, rows, 1)) };
  }
}
