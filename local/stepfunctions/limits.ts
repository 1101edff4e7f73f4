/** Quotas of Standard workflows: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */

/** UTF-8 bytes of the input or output of an execution, a state or a task. */
export const PAYLOAD_BYTES = 262_144;

/** Events of one execution's history; the last of them is the failure that the quota causes. */
export const HISTORY_EVENTS = 25_000;

/** UTF-8 bytes of what one Assign stores. */
export const ASSIGN_BYTES = 262_144;

/** UTF-8 bytes of all variables of one execution. */
export const VARIABLES_BYTES = 10 * 1024 * 1024;

/** Iterations of an inline Map that run at once when MaxConcurrency is 0 or absent. */
export const INLINE_MAP_CONCURRENCY = 40;

/** Characters of an error's cause. */
export const CAUSE_LENGTH = 32_768;

/** UTF-8 bytes of a JSON text; text that is short enough is not counted. */
export const exceeds = (json: string, bytes: number): boolean =>
  json.length > bytes || (json.length * 3 > bytes && Buffer.byteLength(json) > bytes);
