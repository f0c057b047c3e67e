/** Words for raw values, used by the phrases and by the meanings that `tree` shows. */
import { DELIVERABLE_TYPE, FEATURE_CODE, REGISTER_NAME } from "./enums.ts";
import { EXCEPTIONS } from "./names/index.ts";

const ACCESS = ["read", "write", "execute"] as const;

/** Names of an HV_INTERCEPT_ACCESS_TYPE (hvhdk) or of a mask of them (hvimapi); unlisted values stay numbers. */
export function accessList(raw: number, masked: boolean): (string | number)[] {
  if (masked) return ACCESS.filter((_, bit) => (raw >> bit) & 1);
  return [ACCESS[raw] ?? raw];
}

/** The same as words: "read,write", "none". */
export function accessNames(raw: number, masked: boolean): string {
  return accessList(raw, masked).join(",") || "none";
}

/** ` 'A'` where the byte is a printable ASCII character, `\n` and its like by their escapes; else nothing. */
export function asciiOf(byte: number): string {
  if (byte >= 0x20 && byte < 0x7f) return ` '${String.fromCharCode(byte)}'`;
  const escaped = { 9: "\\t", 10: "\\n", 13: "\\r", 27: "\\e" }[byte];
  return escaped === undefined ? "" : ` '${escaped}'`;
}

/** The letter of a string instruction: INSB, INSW, INSL. */
export function sizeLetter(bytes: number): string {
  return { 1: "b", 2: "w", 4: "l" }[bytes] ?? "";
}

/** The size of an access where it is not the usual byte. */
export function sizeWord(bytes: number): string {
  return { 1: "", 2: " word", 4: " dword" }[bytes] ?? ` (${bytes} bytes)`;
}

/** What CONFIG_ADDRESS selects: bus:device.function and register (PCI Local Bus Specification 3.2.2.3.2). */
export function pciAddressWords(address: number): string {
  if (address >>> 31 === 0) return "";
  const [bus, device, fn] = [(address >>> 16) & 0xff, (address >>> 11) & 31, (address >>> 8) & 7];
  const digits = (value: number) => value.toString(16).padStart(2, "0");
  return ` (pci ${digits(bus)}:${digits(device)}.${fn} reg 0x${(address & 0xfc).toString(16)})`;
}

/** `#PF`, or `vector 0x80`. */
export function exceptionShortName(vector: number): string {
  return EXCEPTIONS.name(vector) ?? `vector 0x${vector.toString(16)}`;
}

/** What a page-fault error code says (Intel SDM vol. 3, 4.7). */
export function pageFaultWords(code: number): string {
  const words = [code & 0x10 ? "fetch" : code & 2 ? "write" : "read"];
  words.push(code & 1 ? "protection" : "not present");
  if (code & 4) words.push("user");
  if (code & 8) words.push("reserved bit");
  if (code & 0x20) words.push("protection key");
  if (code & 0x40) words.push("shadow stack");
  if (code & 0x8000) words.push("SGX");
  return ` (${words.join(", ")})`;
}

export function registerNameOf(raw: number): string {
  return REGISTER_NAME.values.get(raw) ?? `register 0x${raw.toString(16)}`;
}

export function deliverableName(raw: number): string {
  return DELIVERABLE_TYPE.values.get(raw) ?? String(raw);
}

export function featureName(raw: number): string {
  return FEATURE_CODE.values.get(raw) ?? String(raw);
}

/** ` (SINT2, SINT5)` for a bit mask. */
export function sintNames(mask: number): string {
  const names = Array.from({ length: 16 }, (_, sint) => sint)
    .filter((sint) => (mask >> sint) & 1)
    .map((sint) => `SINT${sint}`);
  return names.length === 0 ? "" : ` (${names.join(", ")})`;
}

/** ` rep 3` for a repeated hypercall. */
export function repCount(count: number): string {
  return count === 0 ? "" : ` rep ${count}`;
}
