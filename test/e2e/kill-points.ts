// Where a worker is killed: around each of its effects, seen from the store and from DynamoDB.
import type { Fault, Simulator } from '../../simulator/index';
import type { AwsFault } from '../../scripts/local/aws-proxy';

type Kill = () => void;

const order = 'GET /orders/{id}';
const addresses = 'GET /orders/{id}/shipping_addresses';
const lines = 'GET /orders/{id}/products';
const put = 'PUT /orders/{id}';

/** How long a PUT is under way whose worker is dead. */
const LATE_MS = 3_000;

/** How long after the answer to its PUT a worker lives at the most; it needs some 10 ms to its end. */
const LAST_MS = 20;

/** Hooks of the simulator, by the name of a test. */
export const pointsInStore: Readonly<Record<string, (kill: Kill, simulator: Simulator) => Fault>> = {
  'before its GET takes effect': (before) => ({ endpoint: order, kind: 'reset', when: 'before', before }),
  'after its GET': (after) => ({ endpoint: order, after }),
  'amid the sub-resources': (after) => ({ endpoint: addresses, after }),
  'amid the pages of its lines': (after) => ({ endpoint: lines, after }),
  'before its PUT takes effect': (before) => ({ endpoint: put, kind: 'reset', when: 'before', before }),
  'while its PUT is under way, which lands later': (kill, { clock }) => ({
    endpoint: put,
    before: () => {
      kill();
      return clock.sleep(LATE_MS);
    },
  }),
  'after its PUT took effect, before the answer': (after) => ({ endpoint: put, after }),
  'some time after the answer to its PUT': (kill) => ({
    endpoint: put,
    after: () => void setTimeout(kill, LAST_MS * Math.random()),
  }),
};

/** Hooks of the proxy in front of DynamoDB, by the name of a test. */
export const pointsInDynamoDb: Readonly<Record<string, (kill: Kill) => Omit<AwsFault, 'orderId'>>> = {
  'when it has taken the lease': (after) => ({ operation: 'UpdateItem', after }),
  'when it has stored the snapshot': (after) => ({ operation: 'PutItem', after }),
  'before its end is written': (before) => ({ operation: 'TransactWriteItems', kind: 'refused', before }),
  'when its end is written': (after) => ({ operation: 'TransactWriteItems', after }),
};

/** Here the order has to have more lines than come with it. */
export const amidPages = ['amid the pages of its lines'];

/** Here the ledger may have been written: then there is nothing left to do but to acknowledge. */
export const mayHaveEnded = ['some time after the answer to its PUT', 'when its end is written'];
