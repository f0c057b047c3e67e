#!/usr/bin/env node
// The only place that touches `process`: loads the bundle, gives it the outside world, and leaves with its status.
const fs = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const DIST = join(__dirname, "..", "dist");

/** V8's code cache for this very Node, beside the bundles as Python has it: to compile takes a third of a start. */
const CACHE = join(DIST, "cache", `${process.version}-${process.platform}-${process.arch}-${sizeOfNode()}`);

function sizeOfNode() {
  return fs.statSync(process.execPath, { throwIfNoEntry: false })?.size ?? 0;
}

const loaded = new Map();
const uncached = new Map();

/** A bundle's exports; it is run once. Its other imports are Node's and those of node_modules. */
function load(file) {
  const known = loaded.get(file);
  if (known) return known.exports;
  const filename = join(DIST, file);
  // With the time of the bundle: one that is built anew must not run the code of the last.
  const cache = join(CACHE, `${file}-${fs.statSync(filename).mtimeMs}`);
  const cachedData = readCache(cache);
  const source = `(function (exports, require, module) {${fs.readFileSync(filename, "latin1")}\n})`;
  const script = new Script(source, { filename, cachedData });
  if (!cachedData) uncached.set(cache, script);
  const module = { exports: {} };
  loaded.set(file, module);
  const requireHere = (name) => (name.startsWith("./") ? load(name.slice(2)) : require(name));
  script.runInThisContext()(module.exports, requireHere, module);
  return module.exports;
}

function readCache(path) {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Keeps what was compiled for the next start, where the package's folder can be written. */
function saveCaches() {
  try {
    if (uncached.size > 0) fs.mkdirSync(CACHE, { recursive: true });
  } catch {
    return;
  }
  for (const [path, script] of uncached) {
    const temporary = `${path}.${process.pid}`;
    try {
      // On disk before it has its name: V8 trusts what is in it.
      fs.writeFileSync(temporary, script.createCachedData(), { flush: true });
      fs.renameSync(temporary, path);
    } catch {
      // The next start compiles again.
      fs.rmSync(temporary, { force: true });
    }
  }
}

/** A terminal is a character device; the module that can tell is loaded only for those that are not /dev/null. */
function isTerminal(fd) {
  try {
    const found = fs.fstatSync(fd);
    if (!found.isCharacterDevice()) return false;
    if (fs.statSync("/dev/null", { throwIfNoEntry: false })?.rdev === found.rdev) return false;
    return require("node:tty").isatty(fd);
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
      done += fs.writeSync(fd, bytes, done, bytes.length - done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** What a pipe holds at least before a write to it has to wait. */
const PIPE_BYTES = 4096;

/** Files and terminals are written at once; a pipe is not, so that signals are heard while its reader is slow. */
function makeWrite(fd) {
  const found = fs.fstatSync(fd);
  if (process.platform === "win32" || !(found.isFIFO() || found.isSocket()))
    return (bytes) => writeNow(fd, bytes);
  let room = PIPE_BYTES;
  let socket;
  return (bytes) => {
    // A little goes at once: what it takes to load sockets is a tenth of a start.
    if (bytes.length <= room) {
      room -= bytes.length;
      return writeNow(fd, bytes);
    }
    room = 0;
    socket ??= openSocket(fd);
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  };
}

function openSocket(fd) {
  const { Socket } = require("node:net");
  return new Socket({ fd, readable: false, writable: true }).on("error", () => {});
}

let write;
const io = {
  stdin: {
    fd: 0,
    get isTty() {
      return isTerminal(0);
    },
    stream: () => process.stdin,
  },
  stdout: {
    get isTty() {
      return isTerminal(1);
    },
    get columns() {
      return isTerminal(1) ? process.stdout.columns : undefined;
    },
    write(bytes) {
      write ??= makeWrite(1);
      return write(bytes);
    },
  },
  stderr: {
    get isTty() {
      return isTerminal(2);
    },
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

load("main.cjs")
  .main(process.argv.slice(2), io)
  .then((status) => {
    saveCaches();
    process.exit(status);
  });
