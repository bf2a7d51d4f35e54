// Every call of the API that the store has seen, in the order of arrival: what tests and benchmarks count.

/** One call. `status` is a number once it is answered, or how it broke. */
export interface LogEntry {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** A template such as `GET /orders/{id}/products`; V3 and hooks carry their version. */
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
  /** The most calls that were under way at once. */
  maxInFlight(endpoint?: string): number;
  inFlight(endpoint?: string): number;
  clear(): void;
  begin(entry: Omit<LogEntry, 'status' | 'endedAt'>): (status: LogEntry['status'], endedAt: number) => void;
}

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

const ALL = '';

/** An empty log. */
export function createRequestLog(): RequestLog {
  const entries: LogEntry[] = [];
  // By the order and by the endpoint alone: a long story asks for each of thousands of orders.
  const known = new Map<string, LogEntry[]>();
  const inFlight = new Map<string, number>();
  const mostInFlight = new Map<string, number>();

  const step = (key: string, by: number): void => {
    const now = (inFlight.get(key) ?? 0) + by;
    inFlight.set(key, now);
    mostInFlight.set(key, Math.max(now, mostInFlight.get(key) ?? 0));
  };
  const keep = (key: string, entry: LogEntry): void => {
    const list = known.get(key) ?? [];
    list.push(entry);
    known.set(key, list);
  };
  const of = (endpoint: string, orderId?: number): LogEntry[] => [
    ...(known.get(orderId === undefined ? endpoint : `${endpoint} ${orderId}`) ?? []),
  ];
  return {
    entries,
    count: (endpoint) => (endpoint === undefined ? entries.length : of(endpoint).length),
    of,
    maxInFlight: (endpoint = ALL) => mostInFlight.get(endpoint) ?? 0,
    inFlight: (endpoint = ALL) => inFlight.get(endpoint) ?? 0,
    clear: () => {
      entries.length = 0;
      known.clear();
      mostInFlight.clear();
    },
    begin: (begun) => {
      const entry: Mutable<LogEntry> = { ...begun };
      entries.push(entry);
      keep(entry.endpoint, entry);
      if (entry.orderId !== undefined) keep(`${entry.endpoint} ${entry.orderId}`, entry);
      for (const key of [ALL, entry.endpoint]) step(key, 1);
      return (status, endedAt) => {
        Object.assign(entry, { status, endedAt });
        for (const key of [ALL, entry.endpoint]) step(key, -1);
      };
    },
  };
}
