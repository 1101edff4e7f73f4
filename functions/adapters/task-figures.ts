import type { CutOverResult } from '../cutover/cut-over.ts';
import type { LiftInput, LiftResult } from '../cutover/lift-refused.ts';
import type { PromotionResult } from '../cutover/promotion-result.ts';
import type { WatchPromotionInput } from '../cutover/watch-promotion.ts';
import type { WatchResult } from '../replication/watch-replication.ts';
import { differencesIn } from '../verification/result.ts';
import type { VerifyResult } from '../verification/verify-data.ts';
import { tellFigures } from './metrics.ts';

/** A link counts as down when a whole watch, or a look while a cutover is awaited, has ended without it. */
export const tellWatch = ({ outcome, phase }: WatchResult): void => {
  if (outcome === 'linkLost') tellFigures({ LinksLost: 1 });
  else tellFigures({ LinksDown: outcome === 'turn' && (phase === 'linkLost' || phase === 'connecting') ? 1 : 0 });
};

export const tellVerification = ({ report }: VerifyResult): void => {
  if (report?.verdict === 'unknown') tellFigures({ VerificationsUnknown: 1 });
  if (report?.counts) tellFigures({ VerificationDifferences: differencesIn(report.counts) });
};

export const tellCutover = (result: CutOverResult): void => {
  if (result.outcome === 'backedOut') tellFigures({ CutoversBackedOut: 1 }, result.code);
};

/** Of a fence that is lifted because ElastiCache has refused the promotion. */
export const tellLift = ({ outcome }: LiftResult, { refused }: LiftInput): void => {
  if (outcome === 'lifted' && refused) tellFigures({ CutoversBackedOut: 1 }, 'target-refused');
};

/** Told at each turn of the watch while the doubt stands, so that an alarm lasts as long as it. */
export const tellDoubt = ({ outcome }: PromotionResult, { inDoubt, stage }: WatchPromotionInput): void => {
  if (outcome === 'inDoubt' || (outcome === 'turn' && inDoubt && stage === 'promotion')) {
    tellFigures({ MigrationsInDoubt: 1 });
  }
};
