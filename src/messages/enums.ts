import { enumeration, lazyEnumeration } from "../layout/index.ts";
import { REGISTERS } from "./names/index.ts";

/** HV_CACHE_TYPE. */
export const CACHE_TYPE = enumeration("cacheType", {
  0: "uncached",
  1: "writeCombining",
  4: "writeThrough",
  5: "writeProtected",
  6: "writeBack",
});

/** HV_X64_PENDING_INTERRUPTION_TYPE. */
export const DELIVERABLE_TYPE = enumeration("deliverableType", {
  0: "interrupt",
  2: "nmi",
  3: "exception",
  4: "softwareInterrupt",
  5: "privilegedSoftwareException",
  6: "softwareException",
});

/** HV_UNSUPPORTED_FEATURE_CODE. */
export const FEATURE_CODE = enumeration("featureCode", { 1: "intercept", 2: "taskSwitchTss" });

/** HV_REGISTER_NAME. */
export const REGISTER_NAME = lazyEnumeration("registerName", () =>
  REGISTERS.rows().map((row): [number, string] => [row.first, row.name]),
);
