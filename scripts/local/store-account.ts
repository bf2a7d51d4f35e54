// The store of a local run: the simulator, or the user's own.

/** The store of a stack. */
export interface StoreAccount {
  readonly storeHash: string;
  readonly clientId: string;
  readonly accessToken: string;
  readonly clientSecret: string;
  readonly apiUrl: string;
}

/** The template's parameters for a store. */
export const storeParameters = (store: StoreAccount) => ({
  BigCommerceStoreHash: store.storeHash,
  BigCommerceClientId: store.clientId,
  BigCommerceToken: store.accessToken,
  BigCommerceClientSecret: store.clientSecret,
  BigCommerceApiUrl: store.apiUrl,
});
