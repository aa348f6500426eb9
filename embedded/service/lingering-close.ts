import type { IncomingMessage } from 'node:http';

/** How long a client may go on sending after its answer, in milliseconds. */
const lingerMs = 1_000;

/**
 * Has a connection whose client is still sending closed in two steps (RFC 9112 §9.6): our side with the answer, the other
 * once the client has heard it. A connection that is closed at once is reset, and a reset can take the answer away that
 * says why. Node closes by `destroySoon`.
 */
export function closeLingering(request: IncomingMessage): void {
  const { socket } = request;
  const closeAtOnce = Object.getPrototypeOf(socket).destroySoon.bind(socket);
  let isLingering = false;
  socket.destroySoon = () => {
    if (request.complete) return closeAtOnce();
    if (isLingering) return;
    isLingering = true;
    socket.end();
    // Whoever read the body has stopped, and would hold up what is to be dropped.
    request.removeAllListeners('data');
    request.resume();
    const cut = setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => clearTimeout(cut));
  };
}
