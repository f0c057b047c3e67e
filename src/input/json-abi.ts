import { type Abi, MESSAGE_TYPES } from "../messages/index.ts";
import type { Framing } from "../record/index.ts";

type Members = Record<string, unknown>;

/** Members that only records of a message have, besides its type. */
const MESSAGE_MEMBERS = [
  "messageType",
  "messageTypeCode",
  "payloadSize",
  "messagePending",
  "sender",
  "payload",
];

/** Whether a JSON record is a whole message or a bare header. */
export function framingOfRecord(record: Members): Framing {
  return MESSAGE_MEMBERS.some((member) => member in record) ? "message" : "header";
}

/**
 * The ABI that a JSON record was decoded with, as far as its members tell: only hvhdk has CR8 and the later bits
 * of the execution state, only hvimapi leaves them out beside their neighbours, and some codes are only in one.
 */
export function abiOfRecord(record: Members): Abi | undefined {
  const state = membersOf(record.executionState);
  const payload = membersOf(record.payload);
  if ("cr8" in record || "vtl" in state || "tprPriority" in payload) return "hvhdk";
  if ("instructionLength" in record || "cpl" in state) return "hvimapi";
  if (payload.kind === "memory" && "dsSegment" in payload) return "hvimapi";
  return MESSAGE_TYPES.find(
    (type) => type.name === record.messageType || type.code === record.messageTypeCode,
  )?.only;
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}
