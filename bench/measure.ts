import type { Measures, Row, RowResult, Scale } from './row.ts';

/**
 * Runs a row: sets up all contenders, measures each once for warming up, then round by round in an order that turns, so
 * that whatever else the machine does meets all of them alike. What was started is ended also when something fails.
 */
export async function measureRow(
  row: Row,
  scale: Scale,
  rounds: number,
  onProgress: (what: string) => void,
): Promise<RowResult> {
  const began = performance.now();
  onProgress('setting up');
  const running = await row.start(scale);
  const results: Measures[] = [];
  try {
    const entries = Object.entries(running.contenders);
    for (let round = row.cold ? 1 : 0; round <= rounds; round += 1) {
      const figures: Record<string, number> = {};
      for (let turn = 0; turn < entries.length; turn += 1) {
        const entry = entries[(turn + round) % entries.length];
        if (!entry) continue;
        const [name, measure] = entry;
        onProgress(round === 0 ? `warming up ${name}` : `round ${round} of ${rounds}: ${name}`);
        const figure = await measure();
        Object.assign(figures, typeof figure === 'number' ? { [name]: figure } : figure);
      }
      if (round > 0) results.push(figures);
    }
  } finally {
    await running.stop();
  }
  return { row, rounds: results, tookMs: performance.now() - began };
}
