// A Lambda container that can die: between any two things that it does, or at any moment of time.
import type { VirtualTime } from '../../support/virtual-time';

/** When an invocation is to die: before its nth step (each call of an adapter is one step in, one out), or by time. */
export interface Death {
  readonly step?: number;
  readonly afterMs?: number;
}

export interface Container {
  /** The container's own clock, which differs a little from all others. */
  readonly now: () => number;
  /** Runs one invocation; 'died' if it was killed, or ran out of its time. Dead containers do nothing any more. */
  invoke<T>(run: () => Promise<T>, timeoutMs: number, death?: Death): Promise<T | 'died'>;
  /** The same adapter, whose every call the container may die just before or just after. */
  mortal<T extends object>(adapter: T): T;
  mortalCall<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R>;
}

type Call = (...args: unknown[]) => Promise<unknown>;

export function createContainer(time: VirtualTime, skewMs: number): Container {
  const life = new Life();

  const mortalCall =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await life.step();
      try {
        return await call(...args);
      } finally {
        await life.step();
      }
    };

  return {
    now: () => time.now() + skewMs,
    mortalCall,
    mortal<T extends object>(adapter: T) {
      const members = Object.entries(adapter).map(([name, member]) => [
        name,
        typeof member === 'function' ? mortalCall(member as Call) : (member as unknown),
      ]);
      return Object.fromEntries(members) as T;
    },
    async invoke(run, timeoutMs, death = {}) {
      const died = life.begin(death.step);
      const ends = [timeoutMs, ...(death.afterMs === undefined ? [] : [death.afterMs])];
      const cancels = ends.map((ms) => time.setTimer(() => life.kill(), ms));
      try {
        return await Promise.race([run(), died]);
      } finally {
        for (const cancel of cancels) cancel();
      }
    },
  };
}

/** Whether a container is alive, and after how many steps of its invocation it dies. */
class Life {
  private isDead = false;
  private steps = 0;
  private lastStep = Infinity;
  private reportDeath: () => void = () => undefined;

  /** Starts an invocation; resolves when it dies. */
  begin(lastStep = Infinity): Promise<'died'> {
    this.steps = 0;
    this.lastStep = lastStep;
    return new Promise((resolve) => (this.reportDeath = () => resolve('died')));
  }

  kill(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.reportDeath();
  }

  /** Never returns in a dead container: what it was about to do next is not done. */
  async step(): Promise<void> {
    if (!this.isDead) {
      this.steps += 1;
      if (this.steps < this.lastStep) return;
      this.kill();
    }
    await new Promise<never>(() => undefined);
  }
}
