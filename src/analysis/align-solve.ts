/** Divide and conquer for `align`: searches each part exactly within a budget, beyond it cuts by a guess. */
import { Anchors, type Chain } from "./align-anchors.ts";
import { type Box, MiddleSnake, type Split } from "./align-search.ts";

interface Task extends Box {
  /** Steps of search this part may take before it is cut. */
  limit: number;
  /** Size of the part in which ids were last counted. At half of it they are again: n log n in all. */
  countedSize: number;
}

/** Measured: 200,000 against 200,000 stay exact up to some 9,000 edits among shared ids, in 0.4 s. */
const BASE_BUDGET = 1 << 22;
const BUDGET_PER_ELEMENT = 64;
/** What a part gets however little is left: a cut costs at most some hundred steps per element it settles. */
const LEAST_LIMIT = 1 << 15;
/** Equal pairs per element up to which a chain is cheaper than a search, and up to which memory is spent. */
const FEW_PAIRS = 1;
const MOST_PAIRS = 4;
/** Anchors that leave less than this share of the shorter side to be paired are accidents: a moved event. */
const PLAUSIBLE_SHARE = 1 / 4;

/** The result so far. */
interface Solution {
  /** For each element of A its partner in B, or -1. */
  readonly partner: Int32Array;
  /** Whether no alignment pairs more. */
  minimal: boolean;
}

/** Steps per element within which sequences are much alike. */
const ALIKE_LIMIT = 4;

/** No limit; a small integer to V8, as all limits are. */
const UNLIMITED = 2 ** 31 - 1;

/** The task to align two sequences whole. */
export function wholeTask(a: Int32Array, b: Int32Array): Task {
  return taskOf(0, a.length, 0, b.length, UNLIMITED, UNLIMITED);
}

/** All tasks are made here: loops that work on them are optimised for one form of objects. */
function taskOf(
  aLo: number,
  aHi: number,
  bLo: number,
  bHi: number,
  limit: number,
  countedSize: number,
): Task {
  return { aLo, aHi, bLo, bHi, limit, countedSize };
}

/** Aligns a part, without its common ends, if its search takes few steps; else gives false, and leaves `partner`. */
export function solveAlike(whole: Task, a: Int32Array, b: Int32Array, partner: Int32Array): boolean {
  const search = new MiddleSnake(a, b);
  const limit = ALIKE_LIMIT * sizeOf(whole);
  const split = search.split(whole, limit);
  if (split.kind !== "exact") return false;
  const tasks: Task[] = [];
  pushHalves(tasks, whole, split);
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    pairEnds(task, a, b, partner);
    if (!isEmpty(task)) pushHalves(tasks, task, search.split(task, task.limit));
  }
  return true;
}

/** Aligns two sequences of ids below `idCount`, with `budget` steps of exact search. */
export function solve(a: Int32Array, b: Int32Array, idCount: number, budget?: number): Solution {
  const solution = { partner: new Int32Array(a.length).fill(-1), minimal: true };
  const whole = wholeTask(a, b);
  pairEnds(whole, a, b, solution.partner);
  if (isEmpty(whole)) return solution;
  const anchors = new Anchors(a, b, idCount);
  const chain = anchors.chainAll(whole, FEW_PAIRS * sizeOf(whole));
  if (chain) {
    pairChain(chain, solution.partner);
    return solution;
  }
  const search = new MiddleSnake(a, b);
  whole.limit = budget ?? BASE_BUDGET + BUDGET_PER_ELEMENT * sizeOf(whole);
  // A stack of its own, not recursion: a run of guesses may nest as deep as the input is long.
  const tasks: Task[] = [whole];
  for (let task = tasks.pop(); task; task = tasks.pop()) {
    pairEnds(task, a, b, solution.partner);
    if (isEmpty(task)) continue;
    const split = search.split(task, task.limit);
    if (split.kind === "exact") pushHalves(tasks, task, split);
    else cut(task, split, anchors, tasks, solution);
  }
  return solution;
}

/** Settles or divides a part whose exact search was given up at `split`. */
function cut(task: Task, split: Split, anchors: Anchors, tasks: Task[], solution: Solution): void {
  const size = sizeOf(task);
  const isCounted = size <= task.countedSize / 2;
  const countedSize = isCounted ? size : task.countedSize;
  const chain = isCounted ? anchors.chainRarest(task, MOST_PAIRS * size) : undefined;
  if (chain?.complete) {
    pairChain(chain, solution.partner);
    return;
  }
  solution.minimal = false;
  if (chain && isPlausible(chain, task)) {
    pairChain(chain, solution.partner);
    for (const gap of gaps(chain, task))
      tasks.push(taskOf(gap.aLo, gap.aHi, gap.bLo, gap.bHi, share(gap, task), countedSize));
  } else {
    task.countedSize = countedSize;
    pushHalves(tasks, task, split);
  }
}

/** Divides a part at a point. A half the search has covered fits the limit; another starts over with less. */
function pushHalves(tasks: Task[], task: Task, { x, y, kind }: Split): void {
  const { aLo, aHi, bLo, bHi, limit, countedSize } = task;
  const low = taskOf(aLo, x, bLo, y, limit, countedSize);
  const high = taskOf(x, aHi, y, bHi, limit, countedSize);
  if (kind === "from-high") low.limit = share(low, task);
  if (kind === "from-low") high.limit = share(high, task);
  tasks.push(low, high);
}

/** A quarter of what the part had, in proportion to size: all further attempts cost less than the first. */
function share(box: Box, of: Task): number {
  const quarter = Math.floor(((of.limit / 4) * sizeOf(box)) / sizeOf(of));
  return Math.max(Math.min(LEAST_LIMIT, of.limit), quarter);
}

/** Whether enough can be paired beside the anchors: one far off the diagonal would rule out the rest. */
function isPlausible(chain: Chain, box: Box): boolean {
  let pairable = chain.x.length;
  for (const gap of gaps(chain, box)) pairable += Math.min(gap.aHi - gap.aLo, gap.bHi - gap.bLo);
  return pairable >= PLAUSIBLE_SHARE * Math.min(box.aHi - box.aLo, box.bHi - box.bLo);
}

/** The parts of a box between the links of a chain, where neither side is empty. */
function* gaps(chain: Chain, box: Box): Generator<Box> {
  let [aLo, bLo] = [box.aLo, box.bLo];
  for (let k = 0; k <= chain.x.length; k++) {
    const gap = { aLo, aHi: chain.x[k] ?? box.aHi, bLo, bHi: chain.y[k] ?? box.bHi };
    if (!isEmpty(gap)) yield gap;
    [aLo, bLo] = [gap.aHi + 1, gap.bHi + 1];
  }
}

function pairChain(chain: Chain, partner: Int32Array): void {
  for (let k = 0; k < chain.x.length; k++) partner[chain.x[k]!] = chain.y[k]!;
}

/** Pairs the common prefix and suffix of a part, and narrows it to what lies between. */
export function pairEnds(box: Box, a: Int32Array, b: Int32Array, partner: Int32Array): void {
  let { aLo, aHi, bLo, bHi } = box;
  while (aLo < aHi && bLo < bHi && a[aLo] === b[bLo]) partner[aLo++] = bLo++;
  while (aLo < aHi && bLo < bHi && a[aHi - 1] === b[bHi - 1]) partner[--aHi] = --bHi;
  box.aLo = aLo;
  box.aHi = aHi;
  box.bLo = bLo;
  box.bHi = bHi;
}

/** Whether nothing is left to pair. */
export function isEmpty(box: Box): boolean {
  return box.aLo >= box.aHi || box.bLo >= box.bHi;
}

function sizeOf(box: Box): number {
  return box.aHi - box.aLo + box.bHi - box.bLo;
}
