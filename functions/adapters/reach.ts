import type { Reach } from '../migration/guarantees.ts';
import { readEnvironment } from './environment.ts';

const REACHES: Readonly<Record<string, Reach>> = { vpc: 'full', 'api-only': 'api-only' };

/** What the functions of this stack can reach: `vpc` or `api-only`, by the template's condition InVpc. @throws EnvironmentError */
export const theReach = (): Reach => readEnvironment({ REACH: (text) => REACHES[text] }).REACH;

/** What there is of two ways, by what this stack can reach. Only that one is made. @throws EnvironmentError */
export const inReach = <T>(ways: Record<Reach, () => T>): T => ways[theReach()]();
