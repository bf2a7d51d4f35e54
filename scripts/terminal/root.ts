// The folder of the project, independent of the working folder.
import { join } from 'node:path';

export const root = join(__dirname, '../..');
