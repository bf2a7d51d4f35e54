// docs/erp/held.md: each reason with its sentence, what to do and the commands to copy, and no reason that there is none of.
import { advisedCommands, DELIVERY_ADVICE } from '../../lambda/shared/delivery/advice';
import { DELIVERY_REASONS } from '../../lambda/shared/delivery/reasons';
import type { DeliveryReason } from '../../lambda/shared/delivery/reasons';
import { codeIn, textOf } from '../support/pages';

const sections = new Map(
  textOf('docs/erp/held.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0]!, section.split(/^## /m)[0]!] as const),
);
const codes = Object.keys(DELIVERY_REASONS) as readonly DeliveryReason[];

it('the page of held deliveries has a section for each reason, in their order, and no other', () => {
  expect([...sections.keys()]).toEqual(codes);
});

it.each(codes)('the page of held deliveries says of %s what the commands say', (code) => {
  const section = sections.get(code)!;
  const text = section.replaceAll(/\s+/g, ' ');
  expect(text).toContain(`**${DELIVERY_REASONS[code]}** ${DELIVERY_ADVICE[code].text}`);
  const commands = codeIn(section).filter((line) => line.startsWith('npx order-replication '));
  expect(commands).toEqual(
    advisedCommands(code, 100).map((command) => `npx order-replication ${command} --stage prod`),
  );
});
