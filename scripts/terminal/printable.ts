// Text from outside, such as a dead letter's body, made safe to show on a terminal.

/** The text on one line: each character that could move the cursor, set colours or reorder text is written as its code. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, inCode);
}

/** The same, cut to `maxLength` characters. */
export function excerpt(text: string, maxLength: number): string {
  const shown = printable(text);
  return shown.length > maxLength ? `${shown.slice(0, maxLength - 1)}…` : shown;
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function inCode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return SHORT[character] ?? `\\u{${code.toString(16)}}`;
}
