// A validator for the JSON Schemas of this project, in the 2020-12 version. It knows the keywords that they use, and throws
// at any other, so that no part of a schema goes unchecked.
import { isDeepStrictEqual } from 'node:util';

import { isRow } from '../../lambda/shared/runtime/json';
import type { Row } from '../../lambda/shared/runtime/json';

/** Whether the value keeps to the schema. */
export function isValid(schema: Row, value: unknown): boolean {
  return keeps(schema, value, schema);
}

type Check = (given: unknown, value: unknown, schema: Row, root: Row) => boolean;

const annotations = ['$schema', '$id', '$defs', 'title', 'description', 'examples', 'default', '$comment'];

const checks: Readonly<Record<string, Check>> = {
  $ref: (ref, value, _, root) => keeps(pointed(root, String(ref)), value, root),
  type: (types, value) => [types].flat().some((type) => hasType(String(type), value)),
  const: (one, value) => isDeepStrictEqual(one, value),
  enum: (all, value) => listOf(all).some((one) => isDeepStrictEqual(one, value)),
  anyOf: (all, value, _, root) => listOf(all).some((one) => keeps(one, value, root)),
  oneOf: (all, value, _, root) => listOf(all).filter((one) => keeps(one, value, root)).length === 1,
  allOf: (all, value, _, root) => listOf(all).every((one) => keeps(one, value, root)),
  not: (one, value, _, root) => !keeps(one, value, root),
  if: (one, value, { then = true, else: otherwise = true }, root) =>
    keeps(keeps(one, value, root) ? then : otherwise, value, root),
  then: () => true,
  else: () => true,
  properties: (all, value, _, root) =>
    !isRow(value) ||
    ownOf(all).every(([key, one]) => !Object.hasOwn(value, key) || keeps(one, value[key], root)),
  required: (keys, value) => !isRow(value) || listOf(keys).every((key) => Object.hasOwn(value, String(key))),
  additionalProperties: (one, value, { properties = {} }, root) =>
    !isRow(value) ||
    ownOf(value).every(([key, inner]) => Object.hasOwn(rowOf(properties), key) || keeps(one, inner, root)),
  propertyNames: (one, value, _, root) =>
    !isRow(value) || Object.keys(value).every((key) => keeps(one, key, root)),
  minProperties: (least, value) => !isRow(value) || Object.keys(value).length >= Number(least),
  items: (one, value, _, root) => !Array.isArray(value) || value.every((inner) => keeps(one, inner, root)),
  minItems: (least, value) => !Array.isArray(value) || value.length >= Number(least),
  maxItems: (most, value) => !Array.isArray(value) || value.length <= Number(most),
  contains: (one, value, { minContains = 1, maxContains = Infinity }, root) => {
    if (!Array.isArray(value)) return true;
    const count = value.filter((inner) => keeps(one, inner, root)).length;
    return count >= Number(minContains) && count <= Number(maxContains);
  },
  minContains: () => true,
  maxContains: () => true,
  pattern: (source, value) => typeof value !== 'string' || new RegExp(String(source), 'u').test(value),
  // The length of a text is that in characters, not in units of UTF-16.
  minLength: (least, value) => typeof value !== 'string' || Array.from(value).length >= Number(least),
  maxLength: (most, value) => typeof value !== 'string' || Array.from(value).length <= Number(most),
  minimum: (least, value) => typeof value !== 'number' || value >= Number(least),
  maximum: (most, value) => typeof value !== 'number' || value <= Number(most),
};

function keeps(schema: unknown, value: unknown, root: Row): boolean {
  if (typeof schema === 'boolean') return schema;
  return ownOf(schema).every(([keyword, given]) => {
    if (annotations.includes(keyword)) return true;
    const check = checks[keyword];
    if (check === undefined) throw new Error(`The validator does not know the keyword ${keyword}.`);
    return check(given, value, rowOf(schema), root);
  });
}

function hasType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isRow(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** The schema that a `$ref` such as `#/$defs/name` points to. */
function pointed(root: Row, ref: string): unknown {
  const [start, ...keys] = ref.split('/');
  if (start !== '#') throw new Error(`The validator follows references inside the schema only, not ${ref}.`);
  const found = keys.reduce<unknown>((inner, key) => rowOf(inner)[key], root);
  if (found === undefined) throw new Error(`The schema has no ${ref}.`);
  return found;
}

function rowOf(value: unknown): Row {
  if (!isRow(value)) throw new Error('The schema has something else where an object must be.');
  return value;
}

const ownOf = (value: unknown) => Object.entries(rowOf(value));

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('The schema has something else where a list must be.');
  return value;
}
