/** pcap and pcapng files made by hand, in every variant; it shares no code with the readers. */

/** Byte order of what is made. */
type Order = "little" | "big";

export interface TestPacket {
  bytes: Uint8Array;
  /** What its header says, where that is not the truth: bytes kept, bytes on capture. */
  captured?: number;
  original?: number;
  /** Count of the units of the file, or the interface, from 1970. */
  time?: bigint;
  interface?: number;
}

interface PcapOptions {
  order?: Order;
  nanoseconds?: boolean;
  linkType?: number;
  snapLength?: number;
}

/** A pcap: times of its packets are in its own units. */
export function makePcap(packets: readonly TestPacket[], options: PcapOptions = {}): Buffer {
  const { order = "little", nanoseconds = false, linkType = 147, snapLength = 262144 } = options;
  const u = writer(order);
  const head = [u.u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4), u.u16(2), u.u16(4), u.u32(0), u.u32(0)];
  const units = nanoseconds ? 1_000_000_000n : 1_000_000n;
  const body = packets.flatMap(({ bytes, captured, original, time = 0n }) => [
    u.u32(Number(time / units)),
    u.u32(Number(time % units)),
    u.u32(captured ?? bytes.length),
    u.u32(original ?? captured ?? bytes.length),
    bytes,
  ]);
  return Buffer.concat([...head, u.u32(snapLength), u.u32(linkType), ...body]);
}

/** A block of a pcapng: type, length, body, length. `padded` fills it to a multiple of four bytes. */
export function makeBlock(type: number, body: readonly Uint8Array[], order: Order = "little"): Buffer {
  const u = writer(order);
  const bytes = Buffer.concat(body);
  const padding = Buffer.alloc(-bytes.length & 3);
  const length = u.u32(bytes.length + padding.length + 12);
  return Buffer.concat([u.u32(type), length, bytes, padding, length]);
}

export function sectionBlock(order: Order = "little", major = 1): Buffer {
  const u = writer(order);
  return makeBlock(
    0x0a0d0d0a,
    [u.u32(0x1a2b3c4d), u.u16(major), u.u16(0), u.u64(0xffffffffffffffffn)],
    order,
  );
}

interface InterfaceOptions {
  linkType?: number;
  snapLength?: number;
  /** The byte of if_tsresol, and if_tsoffset. */
  resolution?: number;
  offset?: bigint;
  order?: Order;
}

export function interfaceBlock(options: InterfaceOptions = {}): Buffer {
  const { linkType = 147, snapLength = 0, resolution, offset, order = "little" } = options;
  const u = writer(order);
  const chosen = [
    // A name first, of a length that has to be padded.
    ...[u.u16(2), u.u16(3), Buffer.from("vp0\0")],
    ...(resolution === undefined ? [] : [u.u16(9), u.u16(1), Buffer.of(resolution, 0, 0, 0)]),
    ...(offset === undefined ? [] : [u.u16(14), u.u16(8), u.u64(offset & 0xffffffffffffffffn)]),
    ...[u.u16(0), u.u16(0)],
  ];
  return makeBlock(1, [u.u16(linkType), u.u16(0), u.u32(snapLength), ...chosen], order);
}

/** An enhanced packet block; `comment` adds an option of that many bytes. */
export function packetBlock(packet: TestPacket, order: Order = "little", comment = 0): Buffer {
  const u = writer(order);
  const { bytes, captured = bytes.length, original = captured, time = 0n } = packet;
  const options =
    comment === 0
      ? []
      : [u.u16(1), u.u16(comment), Buffer.alloc((comment + 3) & ~3, 0x61), u.u16(0), u.u16(0)];
  const half = [u.u32(Number(time >> 32n)), u.u32(Number(time & 0xffffffffn))];
  const data = [bytes, Buffer.alloc(-bytes.length & 3)];
  return makeBlock(
    6,
    [u.u32(packet.interface ?? 0), ...half, u.u32(captured), u.u32(original), ...data, ...options],
    order,
  );
}

/** A simple packet block: no time, interface 0. */
export function simpleBlock(bytes: Uint8Array, order: Order = "little", original = bytes.length): Buffer {
  return makeBlock(3, [writer(order).u32(original), bytes], order);
}

/** The packet block of before pcapng 1.0. */
export function oldPacketBlock(packet: TestPacket, order: Order = "little"): Buffer {
  const u = writer(order);
  const { bytes, time = 0n } = packet;
  const half = [u.u32(Number(time >> 32n)), u.u32(Number(time & 0xffffffffn))];
  const head = [u.u16(packet.interface ?? 0), u.u16(0xffff), ...half];
  return makeBlock(2, [...head, u.u32(bytes.length), u.u32(bytes.length), bytes], order);
}

/** A pcapng of one section and one interface. */
export function makePcapng(packets: readonly TestPacket[], options: InterfaceOptions = {}): Buffer {
  const order = options.order ?? "little";
  const blocks = packets.map((packet) => packetBlock(packet, order));
  return Buffer.concat([sectionBlock(order), interfaceBlock(options), ...blocks]);
}

function writer(order: Order) {
  const little = order === "little";
  const make = (size: number, set: (view: DataView) => void) => {
    const bytes = new Uint8Array(size);
    set(new DataView(bytes.buffer));
    return bytes;
  };
  return {
    u16: (value: number) => make(2, (view) => view.setUint16(0, value, little)),
    u32: (value: number) => make(4, (view) => view.setUint32(0, value, little)),
    u64: (value: bigint) => make(8, (view) => view.setBigUint64(0, value, little)),
  };
}
