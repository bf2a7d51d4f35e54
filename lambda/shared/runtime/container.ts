// Keeps values between the invocations of a Lambda container.

/**
 * Calls `wire` at the first invocation, and returns the same value at every later one of this container. If `wire` throws,
 * because of a wrong setting for example, the next invocation calls it again.
 */
export function oncePerContainer<T>(
  wire: (functionName: string) => T,
): (context: { readonly functionName: string }) => T {
  let wired: { readonly value: T } | undefined;
  return ({ functionName }) => (wired ??= { value: wire(functionName) }).value;
}
