// The reader of one list: what it tries where a page cannot be had, and where it stands after each page.
import type { Store } from '../bigcommerce/client';
import type { OrderPage, OrderQuery } from '../bigcommerce/order-list';
import type { ListedOrder } from '../order/order';
import { formatError, OutOfTimeError } from '../runtime/errors';
import type { BigCommerceError } from '../runtime/errors';
import type { Log } from '../runtime/log';
import { checked, createAsk, probeBy, Stop } from './ask-list';
import type { AskList, ListQuery } from './ask-list';
import { minIdAt } from './find-unlistable';
import { newEffort } from './list-effort';
import type { Effort } from './list-effort';
import { firstState, grown, shrunk } from './list-state';
import type { ListState } from './list-state';
import { ClearedIds, stepOver, stillFail } from './step-over';

/** So often a failure may have passed before it is taken for one of the store. */
const MOST_PASSING = 3;

export interface ListedPage {
  /** Orders that no earlier page brought. */
  readonly orders: readonly ListedOrder[];
  /** Rows without a usable id. */
  readonly unreadable: number;
  /** Orders in front of these, or among them, that make every list fail which holds them. */
  readonly unlistableIds: readonly number[];
  /** When the answer was in, in epoch milliseconds: never earlier, or an edit since would count as read. */
  readonly seenAt: number;
  /** The id from which on the list continues. */
  readonly lastId: number;
  /** No further page can follow. */
  readonly isLast: boolean;
  /** Set where the reader stops early; a later one may continue from `lastId`, with pages of this size. */
  readonly stopped?: { readonly cause: Error; readonly size: number };
}

/** Which list is read, and from where. */
export interface ListToRead {
  readonly query: ListQuery;
  /** The last order of it that is read already, or 0. */
  readonly afterId: number;
  /** Rows on the first page, if an earlier reader of this list had to make them fewer. */
  readonly pageSize?: number | undefined;
}

export interface ListDeps {
  readonly adapters: {
    readonly store: Pick<Store, 'listOrders'>;
    /** Is warned when lines are given up. */
    readonly log?: Pick<Log, 'warn'>;
  };
  readonly invocation: {
    readonly now: () => number;
    /** Whether no further call may begin, unless nothing was read yet. Without it a lack of time is a failure. */
    readonly isTimeUp?: () => boolean;
  };
}

/** What the tries for one page have shown so far. */
interface PageTries {
  readonly failure: BigCommerceError | undefined;
  /** How often a failure has passed. */
  readonly passed: number;
  /** Orders that were stepped over; whether they still fail is looked at once the list beyond them answers. */
  readonly pending: readonly number[];
}

/** Reads one list, page by page. What a failed call has thrown away is asked for again by the next one. */
export class ListReader {
  private readonly withLines: boolean;
  private readonly ask: AskList;
  private state: ListState;
  private isOver = false;
  private cleared = new ClearedIds();

  constructor(
    { query: { withLines = false, ...query }, afterId, pageSize }: ListToRead,
    private readonly deps: ListDeps,
    private readonly effort: Effort = newEffort(),
  ) {
    this.withLines = withLines;
    this.ask = createAsk(query, deps.adapters.store, effort, deps.invocation.isTimeUp);
    this.state = firstState(afterId, withLines, pageSize);
  }

  /** The next page; undefined after the last one. After it has thrown it may be called again. */
  async next(): Promise<ListedPage | undefined> {
    if (this.isOver) return undefined;
    const before = this.state;
    this.cleared = new ClearedIds();
    try {
      return await this.read();
    } catch (error) {
      const { size } = this.state;
      this.state = before;
      if (!this.isStop(error)) throw error;
      this.isOver = true;
      const nothing = { orders: [], unreadable: 0, unlistableIds: [], isLast: false };
      const lastId = Math.max(before.after, this.cleared.clearedTwice());
      return { ...nothing, seenAt: this.deps.invocation.now(), lastId, stopped: { cause: error, size } };
    }
  }

  /** A caller that sets no time waits: its next call sends the request that was not sent. */
  private isStop(error: unknown): error is Error {
    if (error instanceof Stop) return true;
    const isLimited = this.deps.invocation.isTimeUp !== undefined;
    return error instanceof OutOfTimeError && this.effort.isAnswered && isLimited;
  }

  /** One page, however small, and the orders in front of it that were stepped over. */
  private async read(): Promise<ListedPage> {
    const begin = this.state;
    let tries: PageTries = { failure: undefined, passed: 0, pending: [] };
    for (;;) {
      const asked = await this.ask(this.nextQuery(tries));
      const seenAt = this.deps.invocation.now();
      const answer = checked(asked, this.state);
      if ('error' in answer) {
        tries = await this.askForLess(answer.error, tries);
      } else if (await stillFail(tries.pending, this.state, probeBy(this.ask))) {
        const page = this.accept(answer.page, seenAt, tries.pending);
        if (page !== undefined) return page;
      } else {
        const { after, isInclusive } = begin;
        this.state = { ...this.state, after, isInclusive };
        tries = passedOnce({ ...tries, pending: [] });
      }
    }
  }

  private nextQuery({ failure }: PageTries): OrderQuery {
    const { asksLines: withLines, size: limit, hasGrown } = this.state;
    return { minId: minIdAt(this.state), withLines, limit, once: failure !== undefined || hasGrown };
  }

  /** First without the lines, then in half, and a page of one order behind it. */
  private async askForLess(error: BigCommerceError, before: PageTries): Promise<PageTries> {
    const { failure = error } = before;
    const tries = { ...before, failure };
    if (this.state.asksLines) {
      this.deps.adapters.log?.warn('bigcommerce.lines_omitted', { error: formatError(error) });
      this.state = { ...this.state, asksLines: false };
      return tries;
    }
    if (this.state.size > 1) {
      this.state = shrunk(this.state);
      return tries;
    }
    return this.stepOverOrder(failure, tries);
  }

  private async stepOverOrder(failure: Error, tries: PageTries): Promise<PageTries> {
    const { state: at, effort, cleared } = this;
    const { pending } = tries;
    const behind = await stepOver({ at, failure, pending, probe: probeBy(this.ask), effort, cleared });
    this.state = { ...at, ...behind };
    if (behind.after > at.after) return { ...tries, pending: [...pending, behind.after] };
    return behind.isInclusive === at.isInclusive ? passedOnce(tries) : tries;
  }

  /** Undefined where a page of one shows the bound alone: the bound is included, and the next order is asked for. */
  private accept(page: OrderPage, seenAt: number, unlistableIds: readonly number[]): ListedPage | undefined {
    const { after, size, isInclusive } = this.state;
    const orders = page.orders.filter(({ id }) => id > after);
    if (orders.length === 0 && size === 1 && page.orders.length === 1 && !isInclusive) {
      this.state = { ...this.state, isInclusive: true };
      return undefined;
    }
    const lastId = Math.max(after, ...orders.map(({ id }) => id));
    this.isOver = page.isLast || orders.length === 0;
    this.effort.pages += 1;
    this.effort.left -= unlistableIds.length;
    this.state = grown({ ...this.state, after: lastId }, unlistableIds.length > 0, this.withLines);
    return { orders, unreadable: page.unreadable, unlistableIds, seenAt, lastId, isLast: this.isOver };
  }
}

/** Throws the first failure once it has passed too often. */
function passedOnce(tries: PageTries): PageTries {
  const passed = tries.passed + 1;
  if (passed > MOST_PASSING && tries.failure !== undefined) throw tries.failure;
  return { ...tries, passed };
}
