// Every API call that the store has received, in order of arrival. Tests and benchmarks count these entries.

/** One call. `status` is a number when the call is answered, or the way in which its connection broke. */
export interface LogEntry {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** A template such as `GET /orders/{id}/products`; V3 paths and hooks include their version. */
  readonly endpoint: string;
  readonly orderId?: number;
  readonly body?: unknown;
  readonly status?: number | 'reset' | 'hang';
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** The log of one store. */
export interface RequestLog {
  readonly entries: readonly LogEntry[];
  count(endpoint?: string): number;
  of(endpoint: string, orderId?: number): LogEntry[];
  /** The highest number of calls in flight at the same time. */
  maxInFlight(endpoint?: string): number;
  inFlight(endpoint?: string): number;
  clear(): void;
  begin(entry: Omit<LogEntry, 'status' | 'endedAt'>): (status: LogEntry['status'], endedAt: number) => void;
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

const ALL = '';

/** Creates an empty log. */
export function createRequestLog(): RequestLog {
  const entries: LogEntry[] = [];
  // A long story asks for each of thousands of orders, so the index has keys with and without the order.
  const index = new Map<string, LogEntry[]>();
  const inFlight = createInFlightCounter();
  const of = (endpoint: string, orderId?: number): LogEntry[] => [
    ...(index.get(indexKey(endpoint, orderId)) ?? []),
  ];
  return {
    entries,
    count: (endpoint) => (endpoint === undefined ? entries.length : of(endpoint).length),
    of,
    maxInFlight: (endpoint = ALL) => inFlight.max(endpoint),
    inFlight: (endpoint = ALL) => inFlight.now(endpoint),
    clear: () => {
      entries.length = 0;
      index.clear();
      inFlight.clearMax();
    },
    begin: (started) => {
      const entry: Mutable<LogEntry> = { ...started };
      const { endpoint, orderId } = entry;
      entries.push(entry);
      addToIndex(index, indexKey(endpoint), entry);
      if (orderId !== undefined) addToIndex(index, indexKey(endpoint, orderId), entry);
      for (const key of [ALL, endpoint]) inFlight.add(key, 1);
      return (status, endedAt) => {
        Object.assign(entry, { status, endedAt });
        for (const key of [ALL, endpoint]) inFlight.add(key, -1);
      };
    },
  };
}

function indexKey(endpoint: string, orderId?: number): string {
  return orderId === undefined ? endpoint : `${endpoint} ${orderId}`;
}

function addToIndex(index: Map<string, LogEntry[]>, key: string, entry: LogEntry): void {
  const list = index.get(key) ?? [];
  list.push(entry);
  index.set(key, list);
}

function createInFlightCounter() {
  const current = new Map<string, number>();
  const highest = new Map<string, number>();
  return {
    now: (key: string) => current.get(key) ?? 0,
    max: (key: string) => highest.get(key) ?? 0,
    clearMax: () => highest.clear(),
    add: (key: string, change: 1 | -1) => {
      const now = (current.get(key) ?? 0) + change;
      current.set(key, now);
      highest.set(key, Math.max(now, highest.get(key) ?? 0));
    },
  };
}
