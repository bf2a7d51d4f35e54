// Where the project is, wherever a command was called from.
import { join } from 'node:path';

export const root = join(__dirname, '../..');
