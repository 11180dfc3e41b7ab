// Where the choices of devices are kept.
// Runs in Node (main, services, command line).
import { join } from 'node:path';

export const deviceFileOf = (dataFolder: string): string => join(dataFolder, 'devices.json');
