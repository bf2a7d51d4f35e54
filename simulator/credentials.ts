// Everything that identifies one API account of the store.

/** The values that authenticate a client. Live: a test may rotate them. */
export interface Credentials {
  storeHash: string;
  clientId: string;
  accessToken: string;
  clientSecret: string;
}

/** The complete credentials; a missing one gets a fixed value that is not secret. */
export function completeCredentials(options: Partial<Credentials>): Credentials {
  const {
    storeHash = 'abc123xyz',
    clientId = 'simclientid0000000000000000001',
    accessToken = 'sim-access-token-not-real-0001',
    clientSecret = 'sim-client-secret-not-real-0001',
  } = options;
  return { storeHash, clientId, accessToken, clientSecret };
}
