import type { LogKey } from './ports.ts';

/** One execution's key in maps. The length makes it unambiguous whatever the names contain. */
export const nameOf = ({ workflow, id }: LogKey): string => `${workflow.length}:${workflow}${id}`;
