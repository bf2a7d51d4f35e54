// Everything that identifies one API account of the store.

/** What a client needs to be let in. Live: a test may rotate them. */
export interface Credentials {
  storeHash: string;
  clientId: string;
  accessToken: string;
  clientSecret: string;
}

/** Credentials that are complete; whatever is missing gets a fixed value that is no secret. */
export function completeCredentials(options: Partial<Credentials>): Credentials {
  const {
    storeHash = 'abc123xyz',
    clientId = 'simclientid0000000000000000001',
    accessToken = 'sim-access-token-not-real-0001',
    clientSecret = 'sim-client-secret-not-real-0001',
  } = options;
  return { storeHash, clientId, accessToken, clientSecret };
}
