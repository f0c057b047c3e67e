/** The record as a zod schema, made from the message table. Loaded only when asked for: zod is large. */
import { z } from "zod";
import type { Field } from "../layout/index.ts";
import { ADDED_FIELDS, fieldCatalog, fullShapes } from "./catalog.ts";
import { Shapes } from "./shape.ts";

/** Fields of one object: leaves, and objects by name. */
type Members = Map<string, Field | Members>;

/**
 * Checks one JSON record: it has what hvmsg prints and nothing else. No member is always there, because --fields
 * can leave out each; only a payload always has its kind.
 */
export function recordSchema(): z.ZodType<Record<string, unknown>> {
  const fields = [...fieldCatalog().values()].map((entry) => entry.field);
  const top = fields.filter((field) => !field.path.startsWith("payload."));
  return z.strictObject({
    ...memberSchemas(nest(top)),
    symbol: z.string().describe(addedDoc("symbol")).optional(),
    instruction: instructionSchema().optional(),
    payload: z.discriminatedUnion("kind", payloadSchemas()).optional(),
    problems: z.array(z.string()).min(1).describe("what is wrong with the record").optional(),
  });
}

function addedDoc(path: string): string {
  return ADDED_FIELDS.find((added) => added.path === path)?.doc ?? "";
}

function instructionSchema(): z.ZodType {
  const text = z
    .string()
    .describe("Intel syntax; (bad): no processor runs it; (cut off): its end is missing");
  const length = z.int().min(1).max(15).describe("bytes, as found; absent where text is (bad) or (cut off)");
  return z.strictObject({ text, length: length.optional() }).describe(addedDoc("instruction"));
}

/** The same as JSON Schema, draft 2020-12. */
export function recordJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(recordSchema(), { target: "draft-2020-12" });
  return {
    $schema,
    title: "hvmsg record",
    description: "one Hyper-V intercept message as hvmsg prints it",
    ...rest,
  };
}

type PayloadSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/** One schema a payload kind, with the fields that it has under either ABI. */
function payloadSchemas(): [PayloadSchema, ...PayloadSchema[]] {
  const kinds = new Map<string, Map<string, Field>>();
  for (const shape of fullShapes(new Shapes())) {
    const fields = kinds.get(shape.kind) ?? new Map<string, Field>();
    kinds.set(shape.kind, fields);
    for (const field of shape.fields)
      if (field.path.startsWith("payload.") && field.type !== "constant")
        fields.set(field.path, { ...field, path: field.path.slice("payload.".length) });
  }
  const schemas = [...kinds].map(([kind, fields]) =>
    z.strictObject({ kind: z.literal(kind), ...memberSchemas(nest([...fields.values()])) }),
  );
  return schemas as unknown as [PayloadSchema, ...PayloadSchema[]];
}

function nest(fields: Iterable<Field>): Members {
  const root: Members = new Map();
  for (const field of fields) {
    let members = root;
    for (const name of field.path.split(".").slice(0, -1)) {
      const inner = (members.get(name) ?? new Map()) as Members;
      members.set(name, inner);
      members = inner;
    }
    members.set(field.name, field);
  }
  return root;
}

function memberSchemas(members: Members): Record<string, z.ZodType> {
  return Object.fromEntries(
    [...members].map(([name, member]) => {
      if (member instanceof Map) return [name, z.strictObject(memberSchemas(member)).optional()];
      return [name, fieldSchema(member).describe(member.doc).optional()];
    }),
  );
}

function fieldSchema(field: Field): z.ZodType {
  const number = z
    .int()
    .min(0)
    .max(field.width >= 32 ? 0xffffffff : 2 ** field.width - 1);
  switch (field.type) {
    case "bool":
      return z.boolean();
    case "hex64":
      return z.string().regex(/^0x[0-9a-f]{16}$/);
    case "hex128":
      return z.string().regex(/^0x[0-9a-f]{32}$/);
    case "bytes":
      return z.string().regex(/^([0-9a-f]{2})*$/);
    case "enum":
      return z.union([z.enum([...(field.values?.values.values() ?? [])]), number]);
    case "messageType":
      return z.union([
        z.enum([...(field.values?.values.values() ?? [])]),
        z.string().regex(/^0x[0-9a-f]{8}$/),
      ]);
    case "access":
      return z.array(z.union([z.enum(["read", "write", "execute"]), z.int().min(0).max(255)]));
    case "flags":
      return z.array(z.string());
    case "array":
      return z.array(elementSchema(field)).max(field.length ?? 0);
    case "position":
      if (field.name === "time") return z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      return field.name === "file" ? z.string() : z.int().min(0);
    case "name":
    case "constant":
      return z.string();
    case "uint":
      return number;
  }
}

function elementSchema(field: Field): z.ZodType {
  const element = field.element ?? [];
  if (field.plain) return fieldSchema(element[0] as Field);
  return z.strictObject(Object.fromEntries(element.map((each) => [each.name, fieldSchema(each)])));
}
