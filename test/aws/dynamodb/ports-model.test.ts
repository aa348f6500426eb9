import { logModelSuite } from '../../ports/log-model-suite.ts';
import { logReadSuite } from '../../ports/log-read-suite.ts';
import { openTablePorts } from './support/table-ports.ts';

logModelSuite('DynamoDB', openTablePorts, 40);
// Again where readers see other epochs than the table holds (S36).
logReadSuite('DynamoDB, generation 3', () => openTablePorts({ generation: 3 }));
logModelSuite('DynamoDB, generation 3', () => openTablePorts({ generation: 3 }), 20);
