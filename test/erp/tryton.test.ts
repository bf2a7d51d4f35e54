import { startTrytonUnderTest } from '../support/tryton-under-test';
import { describeConformance } from './conformance';

describe('the adapter for Tryton, against a real Tryton', () => describeConformance(startTrytonUnderTest));
