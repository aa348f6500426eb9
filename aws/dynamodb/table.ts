/**
 * The one table, as data: the tests create it from here, and so does whoever deploys it. What lies in it is told in
 * docs/decisions/dynamodb-table.md.
 */

/** Every key is text. */
export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  /** Sparse: an item is in an index only while it has both of the index's keys. */
  indexes: [
    /** What somebody has to look at, by time: heads, delivery cursors; and accepted starts, by name. */
    { name: 'due', partitionKey: 'dueShard', sortKey: 'dueKey', projected: [] },
    /** A tenant's executions by epoch; an endpoint's delivery cursors. */
    { name: 'listed', partitionKey: 'listShard', sortKey: 'listKey', projected: ['status'] },
    /** Logs by the time at which they expire. */
    { name: 'expiring', partitionKey: 'expiryShard', sortKey: 'expiryKey', projected: [] },
  ],
  /** Epoch seconds. Only a broom: whatever has an end is treated as gone from that moment on, removed or not (S4). */
  timeToLiveAttribute: 'ttl',
  /** Fan-out compares the old head with the new one. */
  streamViewType: 'NEW_AND_OLD_IMAGES',
} as const;

export type IndexName = (typeof table.indexes)[number]['name'];

/**
 * Partitions of each kind of index entry. One takes 1,000 writes a second (AWS, "Partitions and data distribution"); each
 * list asks all of them. Changing the number leaves entries behind that nobody asks for any more.
 */
export const shards = 8;
