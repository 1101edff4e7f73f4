import { tellFigures } from './metrics.ts';

/** Told at each delivery: Lambda hands an event that was refused to its function three times. */
export const tellRefusal = (of: 'migration' | 'request', code: string): void =>
  tellFigures(of === 'migration' ? { MigrationsRefused: 1 } : { RequestsRefused: 1 }, code);
