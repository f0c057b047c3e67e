/** A message table that drifts from the sizes of the documents does not load. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Item } from "../src/layout/index.ts";

const LAYOUT = "../src/layout/index.ts";

/** What makes the items of a layout that take bytes. */
const MAKERS = ["u8", "u16", "u32", "u64", "u128", "bytes", "array", "bits", "flatBits", "reserved"];

type Make = (...parts: unknown[]) => Item;

/** Loads the table; the item with the number `odd`, in the order in which they are made, is 8 bytes larger than it should be. */
async function load(odd: number): Promise<{ items: number }> {
  let items = 0;
  vi.resetModules();
  vi.doMock(LAYOUT, async (original) => {
    const real = (await original()) as Record<string, unknown>;
    const made = MAKERS.map((name) => {
      const make = real[name] as Make;
      return [name, (...parts: unknown[]) => (items++ === odd ? larger(make(...parts)) : make(...parts))];
    });
    return { ...real, ...Object.fromEntries(made) };
  });
  await import("../src/record/shape.ts");
  return { items };
}

function larger(item: Item): Item {
  if (item.item === "array") return { ...item, length: item.length + 1 };
  return { ...item, size: (item as { size: number }).size + 8 } as Item;
}

afterEach(() => {
  vi.doUnmock(LAYOUT);
  vi.resetModules();
});

describe("the message table", () => {
  it("loads as it is; with any of its items larger it does not", async () => {
    const { items } = await load(-1);
    expect(items).toBeGreaterThan(150);
    for (let odd = 0; odd < items; odd++)
      await expect(load(odd), `item ${odd}`).rejects.toThrow(
        /takes \d+ bytes, declared are \d+|its bits add up to|is not a multiple of/,
      );
  });
});
