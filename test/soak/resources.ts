import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds at one moment. */
export interface Sample {
  /** Milliseconds since the run began. */
  readonly at: number;
  readonly pid: number;
  readonly rssMiB: number;
  readonly fileDescriptors: number;
}

/** Reads /proc; null when the process is not there (or the system has no /proc). */
export function sampleOf(pid: number, at: number): Sample | null {
  try {
    const kib = /^VmRSS:\s+(?<kib>\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.groups?.kib;
    return kib === undefined
      ? null
      : { at, pid, rssMiB: Number(kib) / 1024, fileDescriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** One row of the table at the end. */
export interface Level {
  readonly what: string;
  /** Medians of the middle and of the last third. */
  readonly middle: number;
  readonly last: number;
  readonly highest: number;
  readonly allowed: number;
  readonly level: boolean;
}

/**
 * Does what the last process holds level off? The median of the last third may exceed the middle third's by a tenth and
 * `slack`; the first third is the warm-up.
 */
export function levelsOf(samples: readonly Sample[], slack: { rssMiB: number; fileDescriptors: number }): Level[] {
  const pid = samples.at(-1)?.pid;
  const life = samples.filter((sample) => sample.pid === pid);
  const third = Math.floor(life.length / 3);
  const row = (what: string, of: (sample: Sample) => number, tolerance: number): Level => {
    const middle = median(life.slice(third, 2 * third).map(of));
    const last = median(life.slice(-third).map(of));
    const allowed = Math.round(middle * 1.1 + tolerance);
    // Fewer than three samples a third say nothing, and nothing is no proof.
    const level = third >= 3 && last <= allowed;
    return { what, middle, last, highest: Math.round(Math.max(...life.map(of))), allowed, level };
  };
  return [
    row('resident memory, MiB', (sample) => sample.rssMiB, slack.rssMiB),
    row('file descriptors', (sample) => sample.fileDescriptors, slack.fileDescriptors),
  ];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}
