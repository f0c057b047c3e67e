import type { CountTable } from "./stats-table.ts";

/** Up to so many are picked out one by one; more are sorted. */
const FEW = 1000;

/**
 * The slots with the largest counts, `most` of them, largest first; `compare` is the order of keys with equal
 * counts.
 */
export function largest(
  table: CountTable,
  most: number,
  compare: (one: number, other: number) => number,
): ArrayLike<number> & Iterable<number> {
  const order = (one: number, other: number) => table.count(other) - table.count(one) || compare(one, other);
  return most <= FEW ? pickedOut(table, most, order) : sorted(table, order).subarray(0, most);
}

function sorted(table: CountTable, order: (one: number, other: number) => number): Uint32Array {
  const slots = new Uint32Array(table.size);
  let next = 0;
  table.forEach((slot) => {
    slots[next++] = slot;
  });
  return slots.sort(order);
}

/** Most keys fail the comparison with the last of the few, so that it is little more than a look at each. */
function pickedOut(table: CountTable, most: number, order: (one: number, other: number) => number): number[] {
  const few: number[] = [];
  table.forEach((slot) => {
    if (few.length === most && order(slot, few[most - 1]!) > 0) return;
    let place = few.length;
    while (place > 0 && order(slot, few[place - 1]!) < 0) place--;
    few.splice(place, 0, slot);
    if (few.length > most) few.pop();
  });
  return few;
}
