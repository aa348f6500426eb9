/** Events of one execution's history, over all its attempts (Step Functions guide, quotas); the last one is its end. */
export const mostHistoryEvents = 25_000;
/** Bytes of UTF-8 of the input or output of an execution, a state or a task (ibid.). */
export const mostDataBytes: number = 256 * 1024;
