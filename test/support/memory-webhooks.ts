// The Webhooks table in memory.
import type { Delivery, SignedDelivery, WebhooksTable } from '../../lambda/shared/tables/webhooks';

export interface MemoryWebhooks extends WebhooksTable {
  readonly deliveries: Delivery[];
}

export function memoryWebhooks(): MemoryWebhooks {
  const deliveries: Delivery[] = [];
  const rememberedUntil = new Map<string, number>();
  const keyOf = ({ orderId, digest }: SignedDelivery) => `${orderId} ${digest}`;
  return {
    deliveries,
    record: (delivery) => Promise.resolve(void deliveries.push(delivery)),
    isRemembered: (delivery, now) =>
      Promise.resolve((rememberedUntil.get(keyOf(delivery)) ?? -Infinity) >= now),
    remember: (delivery) =>
      Promise.resolve(void rememberedUntil.set(keyOf(delivery), delivery.acceptedUntil)),
  };
}
