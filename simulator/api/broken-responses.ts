// The ways in which a call fails: errors, refusals, broken connections, broken bodies. The call may have taken
// effect or not.
import { errorIn, nothing, page } from './response';
import type { Answer, BrokenAnswer, ErrorForm } from './response';
import type { Quota } from './quota';
import type { RateLimitHeaders, Switches } from '../switches';

/** The damage of a fault. `when: 'after'`: the call takes effect, and only its response is lost or late. */
export type Damage =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly form?: ErrorForm;
      readonly headers?: Readonly<Record<string, string>>;
      readonly when?: 'before' | 'after';
    }
  | {
      readonly kind: 'rateLimit';
      readonly mode?: RateLimitHeaders;
      readonly resetMs?: number;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'reset'; readonly when: 'before' | 'during' | 'after' }
  | { readonly kind: 'hang'; readonly when?: 'before' | 'after' }
  | { readonly kind: 'slow'; readonly delayMs: number; readonly when?: 'before' | 'after' }
  | { readonly kind: 'truncated' | 'html' | 'empty' };

/** Runs a call with some damage and returns the response; `effect` is the call itself. */
export function runDamaged(
  damage: Damage | undefined,
  effect: () => Answer,
  { switches, quota }: { switches: Switches; quota: Quota },
): Answer | BrokenAnswer {
  switch (damage?.kind) {
    case 'status': {
      if (damage.when === 'after') effect();
      const answer = errorIn(damage.form ?? 'array', damage.status, switches);
      return { ...answer, headers: { ...answer.headers, ...damage.headers } };
    }
    case 'rateLimit':
      return rateLimited(damage, switches, quota);
    case 'reset':
      return reset(damage.when, effect);
    case 'hang':
      if (damage.when === 'after') effect();
      return { fault: 'hang' };
    case 'truncated': {
      const answer = effect();
      return { ...answer, body: half(answer.body) };
    }
    case 'html':
      effect();
      return page(200);
    case 'empty':
      effect();
      return nothing();
    case 'slow':
    case undefined:
      return effect();
  }
}

function reset(when: 'before' | 'during' | 'after', effect: () => Answer): BrokenAnswer {
  if (when === 'before') return { fault: 'reset' };
  const answer = effect();
  return when === 'during' ? { fault: 'reset', partial: answer } : { fault: 'reset' };
}

function rateLimited(
  damage: Extract<Damage, { kind: 'rateLimit' }>,
  switches: Switches,
  quota: Quota,
): Answer {
  const headers = quota.refusal(damage.mode ?? switches.rateLimitHeaders);
  if (damage.resetMs !== undefined) {
    const seconds = damage.retryAfterSeconds ?? Math.ceil(damage.resetMs / 1000);
    replace(headers, 'x-rate-limit-time-reset-ms', damage.resetMs);
    replace(headers, 'x-retry-after', seconds);
  }
  const answer = errorIn(switches.gatewayErrors, 429, switches);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function replace(headers: Record<string, string>, name: string, value: number): void {
  if (name in headers) headers[name] = String(value);
}

/** The first half of a text. */
export function half(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}
