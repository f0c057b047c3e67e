#!/usr/bin/env node
// The only place that touches `process`: gives the bundle the outside world, and leaves with its status.
import { fstatSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { main } from "../dist/main.js";

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
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.on("error", () => {});
  return (bytes) =>
    new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
}

let write;
const io = {
  stdin: { fd: 0, isTty: process.stdin.isTTY === true, stream: () => process.stdin },
  stdout: {
    isTty: process.stdout.isTTY === true,
    columns: process.stdout.columns,
    write(bytes) {
      write ??= makeWrite(1);
      return write(bytes);
    },
  },
  stderr: {
    isTty: process.stderr.isTTY === true,
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

process.exit(await main(process.argv.slice(2), io));
