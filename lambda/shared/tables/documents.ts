// How numbers travel between DynamoDB and the code: an integer beyond 2^53 keeps all its digits.
import { readNumber } from '../runtime/json';

/** For `unmarshall`: an integer beyond 2^53 is read as a bigint, with all its digits. */
export const unmarshallOptions = { wrapNumbers: readNumber };

/** For every document client: an integer beyond 2^53 is a bigint; a double beyond it fails no write. */
export const documentOptions = {
  marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
  // A copy: the document client adds an option of its own to the object, which unmarshall must not see.
  unmarshallOptions: { ...unmarshallOptions },
};
