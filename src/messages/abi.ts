/** The two generations of the structures: the documentation of 2013 (TLFS 2.0 to 6.0b), and today's headers. */
export type Abi = "hvhdk" | "hvimapi";

export const ABIS: readonly Abi[] = ["hvhdk", "hvimapi"];
