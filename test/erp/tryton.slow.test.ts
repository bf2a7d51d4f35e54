import { startTrytonUnderTest } from '../support/tryton-under-test';
import { describeSlowConformance } from './slow-conformance';

describe('the adapter for Tryton, against a real Tryton', () =>
  describeSlowConformance(startTrytonUnderTest));
