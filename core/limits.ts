const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Start dates of one Standard ARN closer than this are one run (S2). */
export const sameRunWithinMs = second;
/** A fact without startDate may lie this long before the newest run's start and still belong to it (S3). */
export const beforeStartMs = minute;
/** How long a log lives after its last terminal update (S4). */
export const retentionMs = 30 * day;
/** A redrive may come 14 days after the end (AWS), so a log must live at least this long (S4). */
export const leastRetentionMs = 15 * day;
/** How long a forgotten or expired run is remembered; as long as Step Functions keeps a name taken (S4). */
export const markerMs = 90 * day;
/** No source opens a log for a run that ended longer ago (S4). */
export const openAfterEndMs = 14 * day;
/** An Express run lives 5 minutes at most (AWS); without an end after this it is assumed ended (S5). */
export const expressEndMs = 15 * minute;
/** After so many updates in a log, only the essential is appended (S9). */
export const fullDetailUpdates = 1_000;
/** What one commit takes: a DynamoDB transaction has 100 items, and the head is one of them (S33). */
export const maxUpdatesPerCommit = 99;
/**
 * An open Standard execution of which nothing was heard is described after a sixth of its attempt's age, but not before
 * 5 minutes and not after an hour: most are short, and the older one is, the less another few minutes matter.
 */
export const openLook = { least: 5 * minute, most: hour, ofAge: 1 / 6 } as const;
/** Former Express runs of a name that are remembered by ARN. */
export const maxFormerRuns = 20;
/** A held fact that nothing could settle is given up after this (S13). */
export const giveUpAfterMs = day;

/** After a fact was held: when to look, counted from then (S13, S15: 5 s), each later look rarer. */
export const looksMs = {
  owner: [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 6 * hour, day],
  record: [5 * second, 30 * second, 2 * minute, 10 * minute, hour, 6 * hour, day],
  output: [0, 5 * second, 30 * second, 2 * minute, 10 * minute, hour, 6 * hour, day],
} as const satisfies Record<string, readonly number[]>;
