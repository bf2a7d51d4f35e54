// When a container may send its next call, on virtual time.
import { readQuota } from '../../../../lambda/shared/bigcommerce/quota';
import type { Quota } from '../../../../lambda/shared/bigcommerce/quota';
import { createTurns } from '../../../../lambda/shared/bigcommerce/throttle';
import type { Turn } from '../../../../lambda/shared/bigcommerce/throttle';
import { virtualTime } from '../../../support/virtual-time';

function aContainer(quotaReservePercent = 10) {
  const time = virtualTime(0);
  const { sleep } = time;
  const running: Turn[] = [];
  const turns = createTurns({ quotaReservePercent, now: time.now, sleep });
  return {
    time,
    turns,
    /** An answer that reports so many calls left of 150, and 20 s left. */
    reporting: (left: number) => ({
      quota: readQuota(
        (name) =>
          ({
            'x-rate-limit-requests-quota': 150,
            'x-rate-limit-requests-left': left,
            'x-rate-limit-time-reset-ms': 20_000,
          })[name],
        time.now(),
      ),
    }),
    /** Asks for turns; the list fills with the times at which they were given, or false. */
    asks(times: number, deadline = 1_000_000) {
      const given: (number | false)[] = [];
      for (let turn = 0; turn < times; turn += 1) {
        void turns.take(deadline).then((taken) => {
          if (taken !== undefined) running.push(taken);
          given.push(taken !== undefined && time.now());
        });
      }
      return given;
    },
    /** Ends the oldest turn. */
    end: (answer?: { readonly quota: Quota | undefined }) => running.shift()?.end(answer),
  };
}

it('the throttle sends the first call alone, and the others once its answer is received', async () => {
  const { end, time, asks, reporting } = aContainer();
  const given = asks(3);
  await time.advance(700);
  expect(given).toEqual([0]);
  end(reporting(150));
  await time.advance(0);
  expect(given).toEqual([0, 700, 700]);
});

it('the throttle sends the next call as a probe when the first one brought no answer', async () => {
  const { end, time, asks } = aContainer();
  const given = asks(3);
  await time.advance(100);
  end();
  await time.advance(0);
  expect(given).toEqual([0, 100]);
});

it('the throttle sends any number of calls where the store reports no quota', async () => {
  const { end, time, asks } = aContainer();
  asks(1);
  await time.advance(0);
  end({ quota: undefined });
  const given = asks(50);
  await time.advance(0);
  expect(given).toHaveLength(50);
});

it('the throttle has no more calls in flight than its share, and continues as they end', async () => {
  const { end, time, asks, reporting } = aContainer();
  asks(1);
  await time.advance(0);
  end(reporting(15 + 8));
  const given = asks(3);
  await time.advance(100);
  expect(given).toEqual([0, 0]);
  end(reporting(15 + 6));
  await time.advance(0);
  expect(given).toEqual([0, 0]);
  end(reporting(15 + 5));
  await time.advance(0);
  expect(given).toEqual([0, 0, 100]);
});

it('the throttle waits at the wall for the window to end, and not after that', async () => {
  const { end, time, asks, reporting } = aContainer();
  asks(1);
  await time.advance(0);
  end(reporting(15));
  const given = asks(3);
  await time.advance(19_999);
  expect(given).toEqual([]);
  await time.advance(1);
  expect(given).toEqual([20_000, 20_000, 20_000]);
});

it('the throttle refuses immediately what would wait past its deadline, and lets the others wait', async () => {
  const { end, time, asks, reporting } = aContainer();
  asks(1);
  await time.advance(0);
  end(reporting(15));
  const short = asks(1, 20_000);
  const long = asks(1, 20_001);
  await time.advance(0);
  expect(short).toEqual([false]);
  await time.advance(20_000);
  expect(long).toEqual([20_000]);
});

it('the throttle refuses at its deadline what waits for a call in flight', async () => {
  const { time, asks } = aContainer();
  const given = asks(2, 500);
  await time.advance(499);
  expect(given).toEqual([0]);
  await time.advance(1);
  expect(given).toEqual([0, false]);
});

it('a call that hangs delays no other for longer than a second', async () => {
  const { end, time, asks, reporting } = aContainer();
  asks(1);
  await time.advance(0);
  end(reporting(150));
  const hanging = asks(1);
  await time.advance(900);
  // The look at the quota is old by now: one call at a time.
  const others = asks(2);
  await time.advance(99);
  expect({ hanging, others }).toEqual({ hanging: [0], others: [] });
  await time.advance(1_001);
  expect(others).toEqual([1_000, 2_000]);
});

it('the throttle pauses all calls for the longest pause that was requested', async () => {
  const { turns, end, time, asks, reporting } = aContainer();
  asks(1);
  await time.advance(0);
  end(reporting(150));
  turns.pause(9_000);
  turns.pause(2_000);
  const given = asks(1);
  await time.advance(8_999);
  expect(given).toEqual([]);
  await time.advance(1);
  expect(given).toEqual([9_000]);
});
