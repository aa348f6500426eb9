import { memoryConnections } from '../support/memory-connections.ts';
import { connectionsSuite } from './connections-suite.ts';

connectionsSuite('memory', async () => ({ connections: memoryConnections(), close: async () => undefined }));
