/**
 * Properties that only the package's own code reads and writes. Bundlers cannot know that, so the build gives them one
 * letter: 3 % of what a page loads. A name belongs here only if it is in no public type, on no wire, of no platform, and
 * never reached by a string, as `table[event.type]` does. test/package checks types and platform, and runs what was built
 * over every channel. The most used come first, so that they get the letters that are frequent in code anyway.
 */
const names =
  'sink position wait failures polls feed after brief changed retry effects everyMs frame reachable winner endpoint ' +
  'isPublic memory quietMs take trouble confirms deliver demotions following isSet lifetime over parked pings ' +
  'pushes discoverer doubted latest count drive dueMs follows incomplete missed pauseMs puller report upMs pollMs ' +
  'sequence';

const letters = 'enotrisalcdupmhfgywbvkTSCAxjqzBDEFGHIJKLMNOPQRUVWXYZ';

/** The same in every file, so that all entries of the package fit together. Throws when there are more than letters. */
export const internalNames: ReadonlyMap<string, string> = new Map(
  names.split(' ').map((name, index) => {
    const letter = letters[index];
    if (!letter) throw new Error(`no letter is left for ${name}`);
    return [name, letter];
  }),
);
