/** The oracle itself, against bytes and JSON written out by hand from the TLFS and the rust-vmm mshv headers. */
import { describe, expect, it } from "vitest";
import { type OracleNames, type OracleOptions, oracleDecode } from "./decode.ts";
import {
  encodeApicEoi,
  encodeCpuid,
  encodeException,
  encodeHalt,
  encodeHeader40,
  encodeHypercall,
  encodeIoPort,
  encodeMemory,
  encodeMsr,
  encodeRegister,
} from "./encode.ts";
import { createRng, randomHeader, randomMessage } from "./random.ts";

const NAMES: OracleNames = {
  msr: (number) => (number === 0x40000000 ? "HV_X64_MSR_GUEST_OS_ID" : undefined),
  hypercall: (code) => (code === 0x5c ? "HvCallPostMessage" : undefined),
  register: (number) => (number === 0x40000 ? "HV_X64_REGISTER_CR0" : undefined),
  port: (number) => (number === 0x3f8 ? "COM1" : undefined),
  exception: (vector) => (vector === 14 ? "#PF" : undefined),
};

const HVHDK: OracleOptions = { abi: "hvhdk", input: "message", index: 0, offset: 0, names: NAMES };
const HVIMAPI: OracleOptions = { ...HVHDK, abi: "hvimapi" };

/** Hex text to bytes; spaces are for the reader, and `size` pads with zeros. */
function bytesOf(hex: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(hex.replace(/\s+/g, ""), "hex"));
  return bytes;
}

const IO_PORT_WRITE = `
  00000180 80 00 0000 0500000000000000
  02000000 b1 01 1e00
  0000000000000000 ffffffff 1000 9ba0
  34120081ffffffff 4602000000000000
  f803 01 02 00000000 4100000000000000
  ee900000000000000000000000000000
  0000000000000000 ffffffff 1800 93c0
  0000000000000000 ffffffff 1800 93c0
  0100000000000000 0200000000000080 ffffffffffffffff`;

const SEGMENT_0018 =
  '{"base":"0x0000000000000000","limit":4294967295,"selector":24,"attributes":49299,"segmentType":3,' +
  '"nonSystemSegment":true,"descriptorPrivilegeLevel":0,"present":true,"available":false,"long":false,' +
  '"default":true,"granularity":true}';

const ZERO_SEGMENT =
  '{"base":"0x0000000000000000","limit":0,"selector":0,"attributes":0,"segmentType":0,' +
  '"nonSystemSegment":false,"descriptorPrivilegeLevel":0,"present":false,"available":false,"long":false,' +
  '"default":false,"granularity":false}';

const IO_PORT_HEADER_JSON =
  '"vpIndex":2,"instructionLength":1,"cr8":11,"interceptAccessType":["write"],' +
  '"executionState":{"cpl":2,"cr0Pe":true,"cr0Am":true,"eferLma":true,"debugActive":false,' +
  '"interruptionPending":false,"vtl":0,"enclaveMode":false,"interruptShadow":false,' +
  '"virtualizationFaultActive":false},' +
  '"csSegment":{"base":"0x0000000000000000","limit":4294967295,"selector":16,"attributes":41115,"segmentType":11,' +
  '"nonSystemSegment":true,"descriptorPrivilegeLevel":0,"present":true,"available":false,"long":true,' +
  '"default":false,"granularity":true},' +
  '"rip":"0xffffffff81001234"';

describe("oracleDecode on bytes written by hand", () => {
  it("reads an I/O port write of 'A' to COM1", () => {
    expect(JSON.stringify(oracleDecode(bytesOf(IO_PORT_WRITE, 256), HVHDK))).toBe(
      '{"index":0,"offset":0,"messageType":"HvMessageTypeX64IoPortIntercept","messageTypeCode":2147549184,' +
        `"payloadSize":128,"messagePending":false,"sender":"0x0000000000000005",${IO_PORT_HEADER_JSON},` +
        '"rflags":"0x0000000000000246","flags":["PF","ZF","IF"],"iopl":0,' +
        '"payload":{"kind":"ioPort","portNumber":1016,"portName":"COM1",' +
        '"accessInfo":{"accessSize":1,"stringOp":false,"repPrefix":false},"instructionByteCount":2,' +
        `"rax":"0x0000000000000041","instructionBytes":"ee90","dsSegment":${SEGMENT_0018},` +
        `"esSegment":${SEGMENT_0018},"rcx":"0x0000000000000001","rsi":"0x8000000000000002",` +
        '"rdi":"0xffffffffffffffff"}}',
    );
  });

  it("reads what is there of a record cut in RFLAGS, and says where it stopped", () => {
    // 16 bytes of envelope and 0x27 of payload: the last byte of RFLAGS is missing.
    const options = {
      ...HVHDK,
      file: "a.bin",
      time: "2024-05-01T10:00:00.000000001Z",
      index: 3,
      offset: 768,
    };
    expect(JSON.stringify(oracleDecode(bytesOf(IO_PORT_WRITE, 256).subarray(0, 0x37), options))).toBe(
      '{"file":"a.bin","index":3,"offset":768,"time":"2024-05-01T10:00:00.000000001Z",' +
        '"messageType":"HvMessageTypeX64IoPortIntercept","messageTypeCode":2147549184,' +
        `"payloadSize":128,"messagePending":false,"sender":"0x0000000000000005",${IO_PORT_HEADER_JSON},` +
        '"payload":{"kind":"ioPort"},"problems":["record cut short: 55 of 256 bytes"]}',
    );
  });

  it("reads hvimapi's memory message with an access mask of read and write", () => {
    const bytes = bytesOf(
      `01000080 f0 01 0000 0000000000000000
       01000000 12 0b 9f00
       0000010000000000 ffff0000 0010 9b00
       f0ff000000000000 0200400000000000
       06000000 ff 03 0100 00b0e0fe00000000 b000e0fe00000000
       8907000000000000 000000000000008b`,
      256,
    );
    expect(JSON.stringify(oracleDecode(bytes, HVIMAPI))).toBe(
      '{"index":0,"offset":0,"messageType":"HvMessageTypeGpaIntercept","messageTypeCode":2147483649,' +
        '"payloadSize":240,"messagePending":true,"sender":"0x0000000000000000",' +
        '"vpIndex":1,"instructionLength":18,"interceptAccessType":["read","write"],' +
        '"executionState":{"cpl":3,"cr0Pe":true,"cr0Am":true,"eferLma":true,"debugActive":false,' +
        '"interruptionPending":false},' +
        '"csSegment":{"base":"0x0000000000010000","limit":65535,"selector":4096,"attributes":155,"segmentType":11,' +
        '"nonSystemSegment":true,"descriptorPrivilegeLevel":0,"present":true,"available":false,"long":false,' +
        '"default":false,"granularity":false},' +
        '"rip":"0x000000000000fff0","rflags":"0x0000000000400002","flags":[],"iopl":0,' +
        '"payload":{"kind":"memory","cacheType":"writeBack","instructionByteCount":255,' +
        '"memoryAccessInfo":{"gvaValid":true},"guestVirtualAddress":"0x00000000fee0b000",' +
        '"guestPhysicalAddress":"0x00000000fee000b0","instructionBytes":"8907000000000000000000000000008b",' +
        `"dsSegment":${ZERO_SEGMENT},"ssSegment":${ZERO_SEGMENT},` +
        [
          "rax",
          "rcx",
          "rdx",
          "rbx",
          "rsp",
          "rbp",
          "rsi",
          "rdi",
          "r8",
          "r9",
          "r10",
          "r11",
          "r12",
          "r13",
          "r14",
          "r15",
        ]
          .map((name) => `"${name}":"0x0000000000000000"`)
          .join(",") +
        '},"problems":["interceptAccessType has reserved bits 0x8 set",' +
        '"executionState has reserved bits 0x80 set","rflags has reserved bits 0x400000 set",' +
        '"instructionByteCount 255 exceeds 16","memoryAccessInfo has reserved bits 0x2 set",' +
        '"reserved bytes at payload+0x2e are set: 0x1"]}',
    );
  });

  it("reads a page fault whose payload ends in its segment", () => {
    const bytes = bytesOf(
      `03000180 5e 02 0100 ffffffffffffffff
       00000000 03 07 b0f0
       0000000000000000 00000000 0000 000f
       0000000000000000 0232000000000000
       0e00 05 03 02000000 efbeadde00000080 0000000000000000
       488b00 ffffffffffffffffffffffffff
       0000000000000000 ffffffff 2b00 f3c0 aa`,
      256,
    );
    expect(oracleDecode(bytes, HVHDK)).toEqual({
      index: 0,
      offset: 0,
      messageType: "HvMessageTypeExceptionIntercept",
      messageTypeCode: 0x80010003,
      payloadSize: 0x5e,
      messagePending: false,
      sender: "0xffffffffffffffff",
      vpIndex: 0,
      instructionLength: 3,
      cr8: 0,
      interceptAccessType: [7],
      executionState: {
        cpl: 0,
        cr0Pe: false,
        cr0Am: false,
        eferLma: true,
        debugActive: true,
        interruptionPending: false,
        vtl: 1,
        enclaveMode: false,
        interruptShadow: true,
        virtualizationFaultActive: true,
      },
      csSegment: { ...JSON.parse(ZERO_SEGMENT), attributes: 0x0f00 },
      rip: "0x0000000000000000",
      rflags: "0x0000000000003202",
      flags: ["IF"],
      iopl: 3,
      payload: {
        kind: "exception",
        exceptionVector: 14,
        exceptionName: "#PF",
        exceptionInfo: { errorCodeValid: true, softwareException: false },
        instructionByteCount: 3,
        errorCode: 2,
        exceptionParameter: "0x80000000deadbeef",
        instructionBytes: "488b00",
        dsSegment: { base: "0x0000000000000000", limit: 0xffffffff, selector: 0x2b },
      },
      problems: [
        "payloadSize 94 is less than exception's 240",
        "messageFlags has reserved bits 0x2 set",
        "reserved bytes at 0x6 are set: 0x1",
        "interceptAccessType 7 is unknown",
        "executionState has reserved bits 0xc000 set",
        "csSegment.attributes has reserved bits 0xf00 set",
        "exceptionInfo has reserved bits 0x4 set",
      ],
    });
  });

  it("keeps the bytes of an unknown type", () => {
    const bytes = bytesOf("cdab0180 03 00 0000 0000000000000000 010203 04", 256);
    expect(JSON.stringify(oracleDecode(bytes, HVHDK))).toBe(
      '{"index":0,"offset":0,"messageType":"0x8001abcd","messageTypeCode":2147593165,"payloadSize":3,' +
        '"messagePending":false,"sender":"0x0000000000000000","payload":{"kind":"raw","bytes":"010203"},' +
        '"problems":["unknown messageType 0x8001abcd"]}',
    );
  });

  it("gives nothing for an empty slot and for too few bytes", () => {
    expect(oracleDecode(new Uint8Array(256), HVHDK)).toBeNull();
    expect(oracleDecode(bytesOf(IO_PORT_WRITE, 256).subarray(0, 15), HVHDK)).toBeNull();
    expect(oracleDecode(new Uint8Array(3), { ...HVHDK, input: "header" })).toBeNull();
  });

  it("reads a header by itself, whole and cut", () => {
    const header = bytesOf(IO_PORT_WRITE, 256).subarray(16, 56);
    const options: OracleOptions = { ...HVHDK, input: "header", index: 1, offset: 40 };
    expect(JSON.stringify(oracleDecode(header, options))).toBe(
      `{"index":1,"offset":40,${IO_PORT_HEADER_JSON},"rflags":"0x0000000000000246","flags":["PF","ZF","IF"],"iopl":0}`,
    );
    expect(JSON.stringify(oracleDecode(header.subarray(0, 5), options))).toBe(
      '{"index":1,"offset":40,"vpIndex":2,"instructionLength":1,"cr8":11,' +
        '"problems":["record cut short: 5 of 40 bytes"]}',
    );
  });
});

describe("oracleDecode on encoded messages", () => {
  const header = {
    abi: "hvhdk",
    vpIndex: 7,
    instructionLength: 2,
    cr8: 9,
    interceptAccessType: ["execute"],
    executionState: { cpl: 3, cr0Pe: true, vtl: 2, interruptShadow: true },
    csSegment: { base: 0x8000000000000001n, limit: 5, selector: 0x33, attributes: 0xa0fb },
    rip: 0xffffffff81001234n,
    rflags: 0x200246n,
  } as const;
  const old = { ...header, abi: "hvimapi", interceptAccessType: ["read", "execute"] } as const;
  const decodedHeader = {
    vpIndex: 7,
    instructionLength: 2,
    cr8: 9,
    interceptAccessType: ["execute"],
    executionState: { cpl: 3, cr0Pe: true, eferLma: false, vtl: 2, interruptShadow: true },
    csSegment: { base: "0x8000000000000001", limit: 5, selector: 0x33, attributes: 0xa0fb, long: true },
    rip: "0xffffffff81001234",
    rflags: "0x0000000000200246",
    flags: ["PF", "ZF", "IF", "ID"],
    iopl: 0,
  };

  it.each([
    [encodeHalt({ ...header, sender: 5n }), { ...decodedHeader, sender: hex(5n), payload: { kind: "halt" } }],
    [
      encodeIoPort({ ...header, portNumber: 0x3f8, accessInfo: { accessSize: 4, repPrefix: true }, rdi: 9n }),
      {
        ...decodedHeader,
        payload: { portNumber: 0x3f8, accessInfo: { accessSize: 4, repPrefix: true }, rdi: hex(9n) },
      },
    ],
    [
      encodeMsr({ ...header, msrNumber: 0x40000000, rdx: 1n, rax: 2n }),
      { payload: { msrNumber: 0x40000000, msrName: "HV_X64_MSR_GUEST_OS_ID", rdx: hex(1n), rax: hex(2n) } },
    ],
    [
      encodeMemory({
        ...header,
        cacheType: 5,
        memoryAccessInfo: { supervisorShadowStack: true },
        tprPriority: 3,
        guestPhysicalAddress: 0xfee00000n,
        instructionByteCount: 2,
        instructionBytes: "8907",
      }),
      {
        payloadSize: 0x50,
        payload: {
          cacheType: "writeProtected",
          memoryAccessInfo: { gvaValid: false, supervisorShadowStack: true },
          tprPriority: 3,
          guestPhysicalAddress: hex(0xfee00000n),
          instructionBytes: "8907",
        },
      },
    ],
    [
      encodeCpuid({ ...header, rax: 1n, rbx: 2n, defaultResultRbx: 3n }),
      { payload: { kind: "cpuid", rax: hex(1n), rbx: hex(2n), defaultResultRbx: hex(3n) } },
    ],
    [
      encodeException({ ...header, exceptionVector: 14, errorCode: 2, r15: 15n, ssSegment: { limit: 6 } }),
      { payload: { exceptionName: "#PF", errorCode: 2, r15: hex(15n), ssSegment: { limit: 6 } } },
    ],
    [
      encodeHypercall({
        ...header,
        rcx: 0x1005cn,
        xmmRegisters: [0n, 1n << 127n],
        flags: { isolated: true },
      }),
      {
        payload: {
          rcx: hex(0x1005cn),
          hypercallCode: 0x5c,
          hypercallName: "HvCallPostMessage",
          xmmRegisters: [0n, 1n << 127n, 0n, 0n, 0n, 0n].map((value) => hex(value, 32)),
          flags: { isolated: true },
        },
      },
    ],
    [
      encodeRegister({
        ...header,
        flags: { isMemoryOp: true },
        registerName: 0x40000,
        accessInfo: (3n << 64n) | 4n,
      }),
      {
        payload: {
          flags: { isMemoryOp: true },
          registerName: "HV_X64_REGISTER_CR0",
          accessInfo: hex((3n << 64n) | 4n, 32),
        },
      },
    ],
    [
      encodeApicEoi({ vpIndex: 3, interruptVector: 0x41 }),
      { vpIndex: 3, payload: { interruptVector: 0x41 } },
    ],
  ])("finds the values put in (%#)", (bytes, expected) => {
    const record = oracleDecode(bytes, HVHDK);
    expect(record).toMatchObject(expected);
    expect(record).not.toHaveProperty("problems");
  });

  it("finds hvimapi's values", () => {
    expect(oracleDecode(encodeMemory({ ...old, rax: 1n, dsSegment: { base: 2n } }), HVIMAPI)).toMatchObject({
      payloadSize: 0xf0,
      interceptAccessType: ["read", "execute"],
      payload: { rax: hex(1n), dsSegment: { base: hex(2n) } },
    });
    const record = oracleDecode(encodeHeader40(old), { ...HVIMAPI, input: "header" });
    expect(record).toMatchObject({
      vpIndex: 7,
      instructionLength: 2,
      interceptAccessType: ["read", "execute"],
    });
    expect(record).not.toHaveProperty("cr8");
    expect(record).not.toHaveProperty("problems");
  });
});

describe.each(["hvhdk", "hvimapi"] as const)("random records under %s", (abi) => {
  const names: OracleNames = {
    ...NAMES,
    register: (number) => (number < 0x100000 ? `R${number}` : undefined),
  };

  it("are mostly clean, and the same for a seed", () => {
    const rng = createRng(1);
    const again = createRng(1);
    let clean = 0;
    let empty = 0;
    for (let index = 0; index < 2000; index++) {
      const bytes = randomMessage(rng, abi);
      if (Buffer.compare(randomMessage(again, abi), bytes) !== 0) expect.fail(`record ${index} differs`);
      const record = oracleDecode(bytes, { ...HVHDK, abi, index, names });
      if (record === null) empty++;
      else if (record.problems === undefined) clean++;
    }
    expect(empty).toBeGreaterThan(20);
    expect(clean / 2000).toBeGreaterThan(0.55);
    expect(clean / 2000).toBeLessThan(0.7);
  });

  it("can be headers", () => {
    const rng = createRng(2);
    let clean = 0;
    for (let index = 0; index < 500; index++) {
      const record = oracleDecode(randomHeader(rng, abi), { ...HVHDK, abi, input: "header", index, names });
      if (record?.problems === undefined) clean++;
    }
    expect(clean / 500).toBeGreaterThan(0.55);
    expect(clean / 500).toBeLessThan(0.8);
  });
});

function hex(value: bigint, digits = 16): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
