import { fstatSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Standard input is held by whoever started this process. */
function isHeld() {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}

// The kernel closes the other end when the parent ends, by `kill -9` as well; nothing of a test may outlive it.
if (isMainThread && isHeld()) {
  process.stdin.on('error', () => undefined);
  process.stdin.once('close', () => process.kill(process.pid, 'SIGKILL'));
  process.stdin.resume().unref();
}
