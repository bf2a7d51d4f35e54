// What a Lambda container keeps between its invocations.

/**
 * Wires settings and clients at the first invocation, and gives the same ones to every later one of this container. A
 * wiring that throws, for a wrong setting say, is tried again at the next invocation.
 */
export function oncePerContainer<T>(
  wire: (functionName: string) => T,
): (context: { readonly functionName: string }) => T {
  let wired: { readonly value: T } | undefined;
  return ({ functionName }) => (wired ??= { value: wire(functionName) }).value;
}
