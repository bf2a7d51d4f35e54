// Texts of people on their way into an ERP: one line, well formed, and not too long.

/** Half of a surrogate pair has no form in UTF-8. */
const LONE = /\p{Surrogate}/gu;
const CONTROLS = /[\p{Cc}\u2028\u2029]+/gu;
const CONTROLS_BUT_LINES = /(?:(?!\n)[\p{Cc}\u2028\u2029])+/gu;

/** The text on one line: a run of tabs, line breaks or other control characters is one space. At most `length` code points. */
export function cleanText(value: unknown, length: number): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return '';
  return cut(String(value).replaceAll(LONE, '\uFFFD').replaceAll(CONTROLS, ' '), length);
}

/** The text with its line breaks; every other control character is a space. At most `length` code points. */
export function cleanLines(value: unknown, length: number): string {
  if (typeof value !== 'string') return '';
  const lines = value.replaceAll(LONE, '\uFFFD').replaceAll(/\r\n?/g, '\n');
  return cut(lines.replaceAll(CONTROLS_BUT_LINES, ' '), length);
}

/** The first code points of a text, without space around them; an emoji of one code point is never halved. */
function cut(text: string, length: number): string {
  const trimmed = text.trim();
  if (trimmed.length <= length) return trimmed;
  return Array.from(trimmed.slice(0, 2 * length))
    .slice(0, length)
    .join('')
    .trim();
}
