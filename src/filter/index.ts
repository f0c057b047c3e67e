/**
 * filter: options and expressions become a tree of tests (parse, bind), and that a Select of loops over batches
 * (filter.ts, kernels.ts). To add an operator, add a row to operators.ts.
 */
export {
  type Candidate,
  expressionCandidates,
  fieldCandidates,
  flagCandidates,
  typeCandidates,
} from "./complete.ts";
export { Filter } from "./filter.ts";
export { nodeOfOptions, type SelectOptions } from "./options.ts";
export { codesOfType, typeNames } from "./types.ts";
