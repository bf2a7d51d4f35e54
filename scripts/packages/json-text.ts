// Finds the first place at which a text is not JSON, and names that one object has twice. JSON.parse names no place for
// many mistakes, and takes the last value of a name that is there twice.

export interface JsonProblem {
  /** Counted from 1, as editors do. */
  readonly line: number;
  readonly column: number;
  /** Completes a sentence that begins with the place. */
  readonly message: string;
}

/** A text; a number or a word; or a punctuation mark. */
const TOKEN =
  /(?<text>"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(?<word>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|(?<mark>[{}[\],:])/uy;

const BLANKS = /[\t\n\r ]*/y;

/** What can stand at a place, with its words. */
const EXPECTED = {
  value: 'a value',
  valueOrEnd: 'a value or "]"',
  name: 'a name in double quotes',
  nameOrEnd: 'a name in double quotes or "}"',
  colon: '":"',
  nextInObject: '"," or "}"',
  nextInList: '"," or "]"',
  nothing: 'the end of the file',
} as const;

type Expected = keyof typeof EXPECTED;

/** What is open, from the outside: an object with its names so far, or a list. */
type Open = Set<string> | 'list';

interface Token {
  readonly text?: string;
  readonly word?: string;
  readonly mark?: string;
}

/** The problems of a text, up to the first place at which it is not JSON. None for JSON. */
export function findJsonProblems(text: string): readonly JsonProblem[] {
  const problems: JsonProblem[] = [];
  const open: Open[] = [];
  let expected: Expected = 'value';
  let start = endOf(BLANKS, text, 0);
  while (start < text.length || expected !== 'nothing') {
    TOKEN.lastIndex = start;
    const token: Token = TOKEN.exec(text)?.groups ?? {};
    const next = step(expected, token, open);
    if (next === undefined) {
      return [...problems, { ...placeOf(text, start), message: `must be ${EXPECTED[expected]}` }];
    }
    if (next === 'colon' && isRepeated(token, open)) {
      problems.push({ ...placeOf(text, start), message: 'is a name that this object has already' });
    }
    expected = next;
    start = endOf(BLANKS, text, TOKEN.lastIndex);
  }
  return problems;
}

/** What can stand after the token; undefined if it cannot stand where it is. Opens and closes objects and lists. */
function step(expected: Expected, { text, word, mark }: Token, open: Open[]): Expected | undefined {
  const isValue = expected === 'value' || expected === 'valueOrEnd';
  const isName = expected === 'name' || expected === 'nameOrEnd';
  if (isValue && (text ?? word) !== undefined) return after(open);
  if (isName && text !== undefined) return 'colon';
  if (expected === 'colon' && mark === ':') return 'value';
  if (isValue && mark === '{') {
    open.push(new Set());
    return 'nameOrEnd';
  }
  if (isValue && mark === '[') {
    open.push('list');
    return 'valueOrEnd';
  }
  if (mark === ',' && expected === 'nextInObject') return 'name';
  if (mark === ',' && expected === 'nextInList') return 'value';
  const isEnd =
    mark === '}'
      ? expected === 'nameOrEnd' || expected === 'nextInObject'
      : mark === ']' && (expected === 'valueOrEnd' || expected === 'nextInList');
  if (!isEnd) return undefined;
  open.pop();
  return after(open);
}

/** What can stand after a whole value. */
function after(open: readonly Open[]): Expected {
  const inside = open.at(-1);
  if (inside === undefined) return 'nothing';
  return inside === 'list' ? 'nextInList' : 'nextInObject';
}

/** Whether the open object has this name already. Remembers it. */
function isRepeated({ text = '""' }: Token, open: readonly Open[]): boolean {
  const names = open.at(-1);
  if (!(names instanceof Set)) return false;
  const name = String(JSON.parse(text));
  if (names.has(name)) return true;
  names.add(name);
  return false;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex;
}

function placeOf(text: string, at: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
