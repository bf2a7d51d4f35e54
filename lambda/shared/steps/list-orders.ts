// Reads one list of the store to its end, by ascending id: page numbers slide while workers change statuses. A page that
// cannot be had is asked for in halves, and an order that no list can show is stepped over, and named.
import { BigCommerceError, formatError, OutOfTimeError } from '../runtime/errors';
import { findUnreadable, minIdAt } from './find-unreadable';
import type { Position, Probe } from './find-unreadable';
import { half, LARGEST_PAGE, mayBeTooLarge, twice } from '../runtime/page-sizes';
import type { ListedOrder } from '../order/order';
import type { OrderPage, OrderQuery, Store } from '../bigcommerce/client';
import type { Log } from '../runtime/log';

/** Orders that one invocation steps over: more of them look like a store that is down. */
export const MOST_UNREADABLE = 10;

/** Larger pages are not tried again for a while after they failed so often. */
const MOST_GROWTHS_FAILED = 2;
const PAGES_UNTIL_GROWTH = 8;

/** So often a failure may have passed before it is taken for one of the store. */
const MOST_PASSING = 3;

/** Far beyond all orders of a list: whether a store that is up answers there does not depend on any order. */
const FAR_BEYOND = 1_000_000_000;

export interface ListedPage {
  /** Orders that no earlier page brought. */
  readonly orders: readonly ListedOrder[];
  /** Rows without a usable id. */
  readonly unreadable: number;
  /** Orders in front of these, or among them, that make every list fail which holds them. */
  readonly unreadableIds: readonly number[];
  /** When the answer was in, in epoch milliseconds: never earlier, or an edit since would count as read. */
  readonly seenAt: number;
  /** The id from which on the list continues. */
  readonly lastId: number;
  /** No further page can follow. */
  readonly isLast: boolean;
  /** Set where the reader stops early; a later one may continue from `lastId`, with pages of this size. */
  readonly stopped?: { readonly cause: Error; readonly size: number };
}

/** What the lists of one invocation share; begin with `newEffort()`. */
export interface Effort {
  /** Orders that may still be stepped over. */
  left: number;
  /** Pages that were read. */
  pages: number;
  /** Whether the store answered anything. */
  isAnswered: boolean;
}

export const newEffort = (): Effort => ({ left: MOST_UNREADABLE, pages: 0, isAnswered: false });

interface Deps {
  readonly store: Pick<Store, 'listOrders'>;
  /** Is told when lines are given up. */
  readonly log?: Pick<Log, 'warn'>;
  readonly now: () => number;
  /** Whether no further call may begin, unless nothing was read yet. Without it a lack of time is a failure. */
  readonly isTimeUp?: () => boolean;
  readonly effort?: Effort;
  /** Rows on the first page, if an earlier reader of this list had to make them fewer. */
  readonly size?: number | undefined;
}

/**
 * Yields page after page until one brings nothing new, or until the reader stops. Works whether `min_id` includes its bound
 * or not. With their lines orders are much more work for the store: where a page of them fails, the list is asked for plainly.
 */
export async function* listedPages(
  query: Omit<OrderQuery, 'minId'>,
  afterId: number,
  deps: Deps,
): AsyncGenerator<ListedPage> {
  const reader = new ListReader(query, afterId, deps);
  for (let page = await reader.next(); page !== undefined; page = await reader.next()) yield page;
}

/** Says that the reader has to stop here. */
class Stop extends Error {}

/** More orders than may be stepped over stand at the begin of a list: of other lists this says nothing. */
export class TooManyUnreadableError extends BigCommerceError {}

type Asked = { readonly page: OrderPage } | { readonly error: BigCommerceError };

/** Where a reader stands, and what it has learned of the list. */
interface State extends Position {
  readonly size: number;
  readonly asksLines: boolean;
  /** The size has just been doubled. */
  readonly hasGrown: boolean;
  readonly growthsFailed: number;
  readonly pagesSince: number;
}

/** Reads one list, page by page. What a failed call has thrown away is asked for again by the next one. */
export class ListReader {
  private readonly withLines: boolean;
  private readonly query: Omit<OrderQuery, 'minId'>;
  private readonly deps: Deps;
  private readonly effort: Effort;
  private state: State;
  private isOver = false;
  /** Ids up to which the search for an unreadable order was shown nothing. */
  private clearedTo: number[] = [];

  constructor({ withLines = false, ...query }: Omit<OrderQuery, 'minId'>, afterId: number, deps: Deps) {
    this.withLines = withLines;
    this.query = query;
    this.deps = deps;
    this.effort = deps.effort ?? newEffort();
    this.state = {
      after: afterId,
      isInclusive: false,
      size: deps.size ?? LARGEST_PAGE,
      asksLines: withLines,
      hasGrown: false,
      growthsFailed: 0,
      pagesSince: 0,
    };
  }

  /** The next page; undefined after the last one. After it has thrown it may be called again. */
  async next(): Promise<ListedPage | undefined> {
    if (this.isOver) return undefined;
    const before = this.state;
    this.clearedTo = [];
    try {
      return await this.read();
    } catch (error) {
      const { size } = this.state;
      this.state = before;
      if (!this.isStop(error)) throw error;
      this.isOver = true;
      const nothing = { orders: [], unreadable: 0, unreadableIds: [], isLast: false };
      const lastId = Math.max(before.after, this.clearedTwice());
      return { ...nothing, seenAt: this.deps.now(), lastId, stopped: { cause: error, size } };
    }
  }

  /** Whoever sets no time waits: a request that was not sent is then asked for again by the next call. */
  private isStop(error: unknown): error is Error {
    if (error instanceof Stop) return true;
    return error instanceof OutOfTimeError && this.effort.isAnswered && this.deps.isTimeUp !== undefined;
  }

  /** One page, however small, and the orders in front of it that were stepped over. */
  private async read(): Promise<ListedPage> {
    let failure: BigCommerceError | undefined;
    let passing = 0;
    let pending: readonly number[] = [];
    const { after, isInclusive } = this.state;
    for (;;) {
      const { asksLines, size: limit, hasGrown } = this.state;
      const once = failure !== undefined || hasGrown;
      const asked = await this.ask({ minId: minIdAt(this.state), withLines: asksLines, limit, once });
      const seenAt = this.deps.now();
      const answer = checked(asked, this.state);
      if ('page' in answer && (await this.stillFail(pending))) {
        const page = this.accept(answer.page, seenAt, pending);
        if (page !== undefined) return page;
        continue;
      }
      if ('page' in answer) {
        [passing, pending] = [passing + 1, []];
        this.state = { ...this.state, after, isInclusive };
        if (passing > MOST_PASSING && failure !== undefined) throw failure;
        continue;
      }
      failure ??= answer.error;
      if (asksLines || limit > 1) {
        this.askForLess(answer.error);
        continue;
      }
      const before = this.state;
      this.state = { ...before, ...(await this.stepOver(before, failure, pending)) };
      if (this.state.after > before.after) pending = [...pending, this.state.after];
      else if (this.state.isInclusive === before.isInclusive) passing += 1;
      if (passing > MOST_PASSING) throw failure;
    }
  }

  /** First without the lines, then in half. */
  private askForLess(error: BigCommerceError): void {
    const { asksLines, size, hasGrown, growthsFailed } = this.state;
    if (asksLines) {
      this.deps.log?.warn('bigcommerce.lines_omitted', { error: formatError(error) });
      this.state = { ...this.state, asksLines: false };
      return;
    }
    const failed = growthsFailed + (hasGrown ? 1 : 0);
    this.state = { ...this.state, size: half(size), hasGrown: false, growthsFailed: failed, pagesSince: 0 };
  }

  /** Undefined where a page of one shows the bound alone: the bound is included, and the next order is asked for. */
  private accept(page: OrderPage, seenAt: number, unreadableIds: readonly number[]): ListedPage | undefined {
    const { after, size, isInclusive } = this.state;
    const orders = page.orders.filter(({ id }) => id > after);
    if (orders.length === 0 && size === 1 && page.orders.length === 1 && !isInclusive) {
      this.state = { ...this.state, isInclusive: true };
      return undefined;
    }
    const lastId = Math.max(after, ...orders.map(({ id }) => id));
    this.isOver = page.isLast || orders.length === 0;
    this.effort.pages += 1;
    this.effort.left -= unreadableIds.length;
    this.state = grown({ ...this.state, after: lastId }, unreadableIds.length > 0, this.withLines);
    return { orders, unreadable: page.unreadable, unreadableIds, seenAt, lastId, isLast: this.isOver };
  }

  /** Whether orders that were stepped over fail even now that the list beyond them has answered. */
  private async stillFail(ids: readonly number[]): Promise<boolean> {
    const slack = this.state.isInclusive ? 0 : 1;
    for (const id of ids) {
      if ((await this.probe(id - slack, id + slack)) !== 'failed') return false;
    }
    return true;
  }

  /** The position behind the order that fails, or the same one where the failure has passed. */
  private async stepOver(at: Position, failure: Error, pending: readonly number[]): Promise<Position> {
    const isDown = async () => (await this.probe(at.after + FAR_BEYOND)) === 'failed';
    if (pending.length === 0 && (await isDown())) throw failure;
    const behind = await findUnreadable(at, pending.length === 0 ? this.clearing(at) : this.probe);
    if (behind === undefined) return { after: at.after, isInclusive: at.isInclusive };
    const isOneMore = behind.after > at.after;
    if (isOneMore && pending.length >= this.effort.left) throw this.tooMany([...pending, behind.after]);
    return behind;
  }

  /** Remembers what is empty: a search that takes too long is continued there, or it would begin anew for ever. */
  private clearing({ after }: Position): Probe {
    return async (minId, maxId) => {
      const shown = await this.probe(minId, maxId);
      if (shown === undefined && maxId !== undefined && minId <= after + 1) this.clearedTo.push(maxId - 1);
      return shown;
    };
  }

  /** One empty answer may be spurious: what a wider range has shown, too, is believed. */
  private clearedTwice(): number {
    return this.clearedTo.sort((one, other) => other - one)[1] ?? 0;
  }

  private tooMany(ids: readonly number[]): Error {
    const text = `The store fails on more than ${MOST_UNREADABLE} orders of its lists; the last ones are ${ids.join(', ')}.`;
    return this.effort.pages > 0 ? new Stop(text) : new TooManyUnreadableError(text, 'permanent');
  }

  private readonly probe: Probe = async (minId, maxId) => {
    const range = maxId === undefined ? { minId } : { minId, maxId };
    const answer = await this.ask({ ...range, limit: 1, once: true });
    return 'error' in answer ? 'failed' : answer.page.orders[0]?.id;
  };

  private async ask(asked: OrderQuery): Promise<Asked> {
    const { store, isTimeUp } = this.deps;
    if (this.effort.pages > 0 && isTimeUp?.() === true) {
      throw new Stop('No time is left to read lists.');
    }
    try {
      const { once = false, limit = LARGEST_PAGE, ...range } = asked;
      const page = await store.listOrders({
        ...this.query,
        ...range,
        ...(limit < LARGEST_PAGE ? { limit } : {}),
        ...(once ? { once } : {}),
      });
      this.effort.isAnswered = true;
      return { page };
    } catch (error) {
      if (!mayBeTooLarge(error)) throw error;
      return { error };
    }
  }
}

/** A full page that brings nothing but rows without a usable id, besides its bound, leads no further: it has failed. */
function checked(answer: Asked, { after }: Position): Asked {
  if ('error' in answer) return answer;
  const { orders, unreadable, isLast } = answer.page;
  if (isLast || unreadable === 0 || orders.some(({ id }) => id > after)) return answer;
  return { error: new BigCommerceError('A page of orders brought no usable id.', 'retryable') };
}

/** After a page that worked, the next one may be larger. Behind an order that was stepped over, all is open again. */
function grown(state: State, isBehind: boolean, withLines: boolean): State {
  const pagesSince = state.pagesSince + 1;
  const mayTryAgain = isBehind || pagesSince >= PAGES_UNTIL_GROWTH;
  const growthsFailed = mayTryAgain ? 0 : state.growthsFailed;
  const mayGrow = state.size < LARGEST_PAGE && growthsFailed < MOST_GROWTHS_FAILED;
  return {
    ...state,
    size: mayGrow ? twice(state.size) : state.size,
    hasGrown: mayGrow,
    asksLines: isBehind ? withLines : state.asksLines,
    growthsFailed,
    pagesSince: mayTryAgain ? 0 : pagesSince,
  };
}
