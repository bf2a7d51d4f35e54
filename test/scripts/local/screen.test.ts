import type { OrderRow } from '../../../scripts/local/orders-table-view';
import { createScreen } from '../../../scripts/local/screen';

const rows = (outcome: string): OrderRow[] => [
  {
    id: 100,
    story: 'cancelled',
    statusBefore: 'Cancelled',
    statusAfter: 'Cancelled',
    stored: '',
    outcome,
    salesOrder: '',
  },
];

function anOutput(isTTY: boolean, height = 40) {
  let written = '';
  const write = (text: string) => (written += text) !== '';
  const output = { write, isTTY, columns: 120, rows: height } as unknown as NodeJS.WriteStream;
  return { screen: createScreen(output), written: () => written };
}

it('without a terminal the screen prints each change once, on one line', () => {
  const { screen, written } = anOutput(false);
  screen.show(rows('waits'));
  screen.show(rows('waits'));
  screen.show(rows('not queued'));
  expect(written()).toBe(
    'order 100 (cancelled): Cancelled; waits\norder 100 (cancelled): Cancelled; not queued\n',
  );
});

it('on a terminal the screen updates the table in place', () => {
  const { screen, written } = anOutput(true);
  screen.show(rows('waits'));
  screen.show(rows('not queued'));
  expect(written().split('\u001B[3A\r\u001B[J')).toHaveLength(2);
});

it('on a terminal the screen prints notes above the table', () => {
  const { screen, written } = anOutput(true);
  screen.show(rows('waits'));
  screen.say('A poll found 1 order.');
  expect(written()).toMatch(/A poll found 1 order\.\nOrder .*\n.*\n100 .*waits\n$/);
});

it('on a terminal that is too small for the table the screen prints one line per change', () => {
  const { screen, written } = anOutput(true, 3);
  screen.show(rows('waits'));
  expect(written()).toBe('order 100 (cancelled): Cancelled; waits\n');
  screen.complete();
  expect(written()).toContain('Result and reason');
});
