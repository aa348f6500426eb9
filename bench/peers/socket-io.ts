import { createServer } from 'node:http';
import { Server } from 'socket.io';
import type { Broadcaster } from '../servers/broadcaster.ts';
import { listenLocal } from '../servers/listen.ts';

/** socket.io as it comes, a room per execution, over WebSocket only. */
export async function startSocketIo(): Promise<Broadcaster> {
  const server = createServer();
  const io = new Server(server, { transports: ['websocket'], serveClient: false });
  let subscribers = 0;
  io.on('connection', (socket) => {
    socket.on('watch', async (topic: string) => {
      await socket.join(topic);
      subscribers += 1;
    });
  });
  return {
    port: await listenLocal(server),
    credential: '',
    publish: (update) => void io.to(update.id).emit('update', update),
    subscribers: () => subscribers,
  };
}
