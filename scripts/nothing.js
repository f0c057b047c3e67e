// Stands in the bundle for modules that are loaded at the start and never used.
export const supportsColor = {};
export const supportsColorStderr = {};
export default { stdout: false, stderr: false };
