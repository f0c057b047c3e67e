/** A copy with room for at least `length` values, and four times what there was: pages that stay unused cost nothing, but copies do. */
export function grown(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, values.length * 4));
  larger.set(values);
  return larger;
}

/** The same for floating-point numbers; those that are new are NaN. */
export function grownFloats(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(length, values.length * 4));
  larger.set(values);
  larger.fill(Number.NaN, values.length);
  return larger;
}
