import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";

/** Opcodes of RFC 6455, section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameOptions {
  /** Default: true, the last fragment of its message. */
  readonly fin?: boolean;
  /** Default: true, as a client has to. */
  readonly masked?: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved?: number;
  /** The length that the header claims. Default: the real one. */
  readonly length?: bigint;
}

/** A frame as it is sent over the wire (RFC 6455, section 5.2), valid or not. */
export function frame(opcode: number, payload: Buffer | string = "", options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0 } = options;
  const body = Buffer.from(payload);
  const length = options.length ?? BigInt(body.length);
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  return Buffer.concat([
    header(first, masked ? 0x80 : 0, length),
    mask,
    masked ? body.map((byte, index) => byte ^ Number(mask[index % 4])) : body,
  ]);
}

function header(first: number, maskBit: number, length: bigint): Buffer {
  if (length < 126n) return Buffer.from([first, maskBit | Number(length)]);
  const isShort = length < 65_536n;
  const bytes = Buffer.alloc(isShort ? 4 : 10);
  bytes[0] = first;
  bytes[1] = maskBit | (isShort ? 126 : 127);
  if (isShort) bytes.writeUInt16BE(Number(length), 2);
  else bytes.writeBigUInt64BE(length, 2);
  return bytes;
}

/** A close frame's payload (section 5.5.1). */
export function closePayload(code: number, reason: Buffer | string = ""): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return Buffer.concat([bytes, Buffer.from(reason)]);
}

/** What a server sent until it closed the connection. */
export interface Heard {
  /** Texts of the text frames, in order. */
  readonly texts: readonly string[];
  readonly pongs: readonly Buffer[];
  /** Code of the close frame; undefined without one. */
  readonly closeCode: number | undefined;
}

/** A WebSocket client that sends arbitrary bytes. It answers pings, unless it is deaf, and nothing else. */
export class RawSocket implements AsyncDisposable {
  readonly texts: string[] = [];
  readonly pongs: Buffer[] = [];
  /** The answer to the upgrade, as far as it is HTTP. */
  head = "";
  /** Resolves when either side has ended the connection. */
  readonly ended: Promise<Heard>;
  readonly #socket: Socket;
  #unread = Buffer.alloc(0);
  #closeCode: number | undefined;
  #isOpen = false;
  #changed = Promise.withResolvers<void>();

  readonly #isDeaf: boolean;

  constructor(port: number, { isDeaf = false }: { readonly isDeaf?: boolean } = {}) {
    this.#isDeaf = isDeaf;
    this.#socket = connect({ port, host: "127.0.0.1" });
    this.#socket.on("data", (data: Buffer) => this.#read(data));
    // A reset is an end like any other; "close" follows.
    this.#socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      this.#socket.once("close", () => {
        resolve({ texts: this.texts, pongs: this.pongs, closeCode: this.#closeCode });
        this.#change();
      });
    });
  }

  /** Resolves once `found` finds something in what has been received. Rejects when the connection ends first. */
  async until<T>(found: (socket: this) => T | undefined): Promise<T> {
    for (;;) {
      const result = found(this);
      if (result !== undefined) return result;
      if (this.#socket.closed) throw new Error(`Ended with ${this.#closeCode}, having said ${this.texts.join("\n")}`);
      await this.#changed.promise;
    }
  }

  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** Sends nothing more, and keeps receiving. */
  end(): void {
    this.#socket.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.ended;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #read(data: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, data]);
    if (!this.#isOpen) {
      const end = this.#unread.indexOf("\r\n\r\n");
      this.head = this.#unread.subarray(0, end < 0 ? undefined : end).toString();
      if (end < 0 || !this.head.startsWith("HTTP/1.1 101")) return;
      this.#isOpen = true;
      this.#unread = this.#unread.subarray(end + 4);
    }
    while (this.#readFrame());
    this.#change();
  }

  #readFrame(): boolean {
    const [first = 0, short = 0] = this.#unread;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + extended;
    if (this.#unread.length < start) return false;
    const length =
      extended === 2 ? this.#unread.readUInt16BE(2) : extended === 8 ? Number(this.#unread.readBigUInt64BE(2)) : short;
    if (this.#unread.length < start + length) return false;
    const payload = this.#unread.subarray(start, start + length);
    this.#unread = this.#unread.subarray(start + length);
    const opcode = first & 0x0f;
    if (opcode === OPCODE.text) this.texts.push(payload.toString());
    else if (opcode === OPCODE.pong) this.pongs.push(payload);
    else if (opcode === OPCODE.ping && !this.#isDeaf) this.write(frame(OPCODE.pong, payload));
    else if (opcode === OPCODE.close) this.#closeCode = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    return true;
  }
}

/** An upgrade request (section 4.1), valid unless the headers make it invalid. */
export function upgradeRequest(path: string, headers: Record<string, string | undefined> = {}, method = "GET"): string {
  const all = {
    Host: "127.0.0.1",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\r\n`]));
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
