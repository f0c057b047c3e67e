#!/usr/bin/env node
// The only place that touches `process`: gives the bundle the outside world, and leaves with its status.
const { fstatSync, writeSync } = require("node:fs");
const { main } = require("../dist/main.cjs");

/** A terminal is a character device; the module that can tell is loaded only for those. */
function isTerminal(fd) {
  try {
    return fstatSync(fd).isCharacterDevice() && require("node:tty").isatty(fd);
  } catch {
    return false;
  }
}

const cleanUps = new Set();
for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.once(signal, () => {
    for (const cleanUp of cleanUps) cleanUp();
    process.exit(status);
  });
}

/** Writes at once; a descriptor that another program made non-blocking is tried again. */
function writeNow(fd, bytes) {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done, bytes.length - done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Files and terminals are written at once; a pipe is not, so that signals are heard while its reader is slow. */
function makeWrite(fd) {
  const found = fstatSync(fd);
  if (process.platform === "win32" || !(found.isFIFO() || found.isSocket()))
    return (bytes) => writeNow(fd, bytes);
  const { Socket } = require("node:net");
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on("error", () => {});
  return (bytes) =>
    new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
}

let write;
const io = {
  stdin: { fd: 0, isTty: isTerminal(0), stream: () => process.stdin },
  stdout: {
    isTty: isTerminal(1),
    get columns() {
      return isTerminal(1) ? process.stdout.columns : undefined;
    },
    write(bytes) {
      write ??= makeWrite(1);
      return write(bytes);
    },
  },
  stderr: {
    isTty: isTerminal(2),
    write(text) {
      try {
        writeNow(2, Buffer.from(text));
      } catch {
        // Nobody is there to be told.
      }
    },
  },
  env: process.env,
  onInterrupt(cleanUp) {
    cleanUps.add(cleanUp);
    return () => cleanUps.delete(cleanUp);
  },
};

main(process.argv.slice(2), io).then((status) => process.exit(status));
