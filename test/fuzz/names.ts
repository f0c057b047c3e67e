import { EXCEPTIONS, HYPERCALLS, MSRS, PORTS, REGISTERS } from "../../src/messages/index.ts";
import type { OracleNames } from "../oracle/decode.ts";

/** The product's names of numbers, for the oracle: it has none of its own. */
export const NAMES: OracleNames = {
  msr: (number) => MSRS.name(number),
  hypercall: (number) => HYPERCALLS.name(number),
  register: (number) => REGISTERS.name(number),
  port: (number) => PORTS.name(number),
  exception: (number) => EXCEPTIONS.name(number),
};
