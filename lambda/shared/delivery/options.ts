// What a shopper chose or wrote for a line: options, fields, and the gift wrapping.
import { cleanText } from './clean-text';
import type { Option } from './sales-order';
import { isRow } from '../runtime/json';
import type { Row } from '../runtime/json';

const MAX_NAME = 100;
const MAX_VALUE = 500;

/** The options of an order line with an answer, in the store's order. */
export function optionsOf(line: Row): readonly Option[] {
  const options = rows(line.product_options).map(({ display_name, name, display_value, value }) =>
    // The value of an uploaded file or a choice is for machines; what is displayed is for people.
    option(text(display_name) || text(name), text(display_value) || text(value)),
  );
  const fields = rows(line.configurable_fields).map(({ name, value }) => option(text(name), text(value)));
  const wrapping = [
    option('Gift wrapping', text(line.wrapping_name)),
    option('Gift message', text(line.wrapping_message)),
  ];
  return [...options, ...fields, ...wrapping].filter(({ value }) => value !== '');
}

const option = (name: string, value: string): Option => ({
  name: cleanText(name, MAX_NAME),
  value: cleanText(value, MAX_VALUE),
});

const rows = (list: unknown): readonly Row[] => (Array.isArray(list) ? list.filter(isRow) : []);

const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
