/**
 * Preloaded into the soak's server (`node --import`): a machine whose clock is ahead by `SOAK_CLOCK_AHEAD_MS`. So a log can
 * live its 15 days (S4) within a run, and the product needs no door for it. Timers, which count what passes, stay as
 * they are.
 */
const aheadMs = Number(process.env.SOAK_CLOCK_AHEAD_MS ?? 0);

if (aheadMs !== 0) {
  const realNow = Date.now;
  const now = (): number => realNow() + aheadMs;
  Date.now = now;
  globalThis.Date = new Proxy(Date, {
    construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new Date().toString(),
  });
}
