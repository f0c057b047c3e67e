/** A closed list of values with names: the values that a field can have. */
export interface Enumeration {
  readonly name: string;
  readonly values: ReadonlyMap<number, string>;
}

/** Makes an enumeration from number -> name. */
export function enumeration(name: string, values: Record<number, string>): Enumeration {
  return { name, values: new Map(Object.entries(values).map(([value, label]) => [Number(value), label])) };
}

/** An enumeration that is read from a name table when it is first asked for. */
export function lazyEnumeration(name: string, entries: () => Iterable<[number, string]>): Enumeration {
  let values: Map<number, string> | undefined;
  return {
    name,
    get values() {
      values ??= new Map(entries());
      return values;
    },
  };
}
