import { readFileSync } from 'node:fs';

/**
 * Preloaded into a server (`node --import`): its clock is off by the milliseconds that stand in the file `FAULTS_CLOCK`,
 * which is read again ten times a second. Timers, which count what passes, stay as they are.
 */
const file = process.env.FAULTS_CLOCK ?? '';
const realNow = Date.now;
let offset = 0;
const read = (): void => {
  offset = Number(readFileSync(file, 'utf8'));
};
read();
setInterval(read, 100).unref();

const now = (): number => realNow() + offset;
Date.now = now;
globalThis.Date = new Proxy(Date, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new Date().toString(),
});
