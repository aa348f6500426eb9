/**
 * Keeps this process from sleeping until the answer is called. Waking a process that sleeps is paid by the write of the
 * server that wakes it, and the slower server, whose load has time to sleep, would pay it more often.
 */
export function stayAwake(): () => void {
  let awake = true;
  const spin = (): void => {
    if (awake) setImmediate(spin);
  };
  spin();
  return () => {
    awake = false;
  };
}
