/**
 * The values of a column in a row group, at the place of their row; what stands in a row that has no value is left over
 * from an earlier group. Whether a row has one follows from its shape, except where a store says it.
 */
import type { Column } from "./columns.ts";

/** Values of at most 32 bits. */
export interface NumberStore {
  kind: "boolean" | "number";
  values: Uint32Array;
}

/** 64-bit values, lower half first. */
export interface WideStore {
  kind: "wide";
  values: Uint32Array;
}

/** Texts, as their number in `texts`; -1: none. Both are forgotten with the group, so that they cannot pile up. */
export interface CodedStore {
  kind: "coded";
  values: Int32Array;
  texts: string[];
  byText: Map<string, number>;
  /** Rows of -1. */
  without: number;
  /** Counts the groups, so that what is kept about `texts` elsewhere is known to be of an earlier one. */
  group: number;
}

/** Byte strings: where they lie in `data`. */
export interface BytesStore {
  kind: "bytes";
  starts: Uint32Array;
  lengths: Uint32Array;
  data: Uint8Array;
  used: number;
}

export type Store = NumberStore | WideStore | CodedStore | BytesStore;

/** An empty store for groups of at most `capacity` rows. */
export function makeStore({ kind }: Column, capacity: number): Store {
  switch (kind) {
    case "boolean":
    case "number":
      return { kind, values: new Uint32Array(capacity) };
    case "wide":
      return { kind, values: new Uint32Array(capacity * 2) };
    case "coded":
      return { kind, values: new Int32Array(capacity), texts: [], byText: new Map(), without: 0, group: 0 };
    case "bytes":
      return {
        kind,
        starts: new Uint32Array(capacity),
        lengths: new Uint32Array(capacity),
        data: new Uint8Array(1024),
        used: 0,
      };
  }
}

/** Makes a store ready for the next group. */
export function clearStore(store: Store): void {
  if (store.kind === "bytes") store.used = 0;
  if (store.kind !== "coded") return;
  store.texts = [];
  store.byText.clear();
  store.without = 0;
  store.group++;
}

/** The number of a text in a store; -1 for none. */
export function codeOf(store: CodedStore, text: string | undefined): number {
  if (text === undefined) return -1;
  let code = store.byText.get(text);
  if (code === undefined) {
    code = store.texts.push(text) - 1;
    store.byText.set(text, code);
  }
  return code;
}

/** Makes room for `more` bytes in a store. */
export function makeRoom(store: BytesStore, more: number): void {
  if (store.used + more <= store.data.length) return;
  const larger = new Uint8Array(Math.max(store.data.length * 2, store.used + more));
  larger.set(store.data);
  store.data = larger;
}
