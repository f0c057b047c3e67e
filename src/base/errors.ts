/** What went wrong, for the exit status and for tests. */
type TroubleCode = "usage" | "input" | "output";

/**
 * A trouble that is told to the user as one sentence, never as a stack trace.
 * `message` states what was found and what was expected, and where; `hint` says what to do.
 */
export class HvmsgError extends Error {
  readonly code: TroubleCode;
  readonly hint: string | undefined;
  /** Lines to show below the sentence: the text that is wrong, and a caret under the place. */
  excerpt: string | undefined;

  constructor(code: TroubleCode, message: string, hint?: string) {
    super(message);
    this.name = "HvmsgError";
    this.code = code;
    this.hint = hint;
  }
}

/** Whether an error is an HvmsgError, of whichever bundle: each has a class of its own. */
export function isHvmsgError(error: unknown): error is HvmsgError {
  return error instanceof Error && error.name === "HvmsgError";
}

/** A usage error: bad option, value or expression. */
export function usageError(message: string, hint?: string): HvmsgError {
  return new HvmsgError("usage", message, hint);
}

const SYSTEM_SENTENCES: Record<string, string> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "is a folder, not a file",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "no space left on the device",
  EFBIG: "the file would be larger than is allowed",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many open files",
  EIO: "the device reported an input/output error",
  ELOOP: "too many symbolic links",
  EROFS: "the file system is read-only",
  ENXIO: "no such device",
};

/** Turns a Node system error into a few plain words, e.g. "no such file"; other errors keep their message. */
export function systemSentence(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined && SYSTEM_SENTENCES[code] !== undefined) return SYSTEM_SENTENCES[code];
  return error instanceof Error ? error.message : String(error);
}
