import type { MigrationView } from '../../../functions/migration/view.ts';
import { useTick } from '../data/clock.ts';
import { Progress } from '../parts/progress.tsx';
import { age, bytes, percent } from '../parts/text.ts';
import { compared, copied, left } from './sentences.ts';

/** Older figures are told to be old: while a cutover is awaited the links are looked at every some minutes. */
const OLD_MS = 15_000;

/** The figures of this moment. */
export const Figures = ({ view, bytesPerSecond }: { view: MigrationView; bytesPerSecond?: number | undefined }) => {
  const { progress, phase, verification, outcome, cutover } = view;
  // After the promotion nothing follows the source any more.
  const follows = outcome === undefined && cutover.promotedAt === undefined;
  const isVerifying = phase === 'verifying';
  const told = isVerifying ? verification.progress : undefined;
  const buffer = progress?.buffer;
  if (!progress && !told) return null;
  return (
    <div class="figures-now">
      {told ? (
        <Bar
          label="Comparison of source and target"
          percent={told.percent}
          text={compared(view)}
          eta={told.etaSeconds}
        />
      ) : (
        progress?.percent !== undefined &&
        progress.percent < 100 && (
          <Bar label="Full sync" percent={progress.percent} text={copied(view)} eta={progress.etaSeconds} />
        )
      )}
      {!told && progress?.percent === undefined && copied(view) && <p class="figures">{copied(view)}</p>}
      <dl class="tiles">
        {progress?.percent === 100 && progress.bytesTotal !== undefined && (
          <Tile name="Full sync" value={bytes(progress.bytesTotal)}>
            copied
          </Tile>
        )}
        {follows && progress?.lagBytes !== undefined && (
          <Tile name="Lag" value={progress.lagBytes === 0 ? 'none' : bytes(progress.lagBytes)}>
            {progress.lagSeconds !== undefined && `last acknowledged ${progress.lagSeconds} s ago`}
          </Tile>
        )}
        {follows && bytesPerSecond !== undefined && (
          <Tile name="Throughput" value={`${bytes(Math.round(bytesPerSecond))}/s`}>
            {phase === 'copying' ? 'of the full sync' : 'of writes applied'}
          </Tile>
        )}
        {follows && buffer && (
          <Tile name="Source's buffer" value={bytes(buffer.bytes)}>
            {buffer.limitBytes !== undefined
              ? `${percent((100 * buffer.bytes) / buffer.limitBytes)} of ${bytes(buffer.limitBytes)}`
              : 'no limit'}
          </Tile>
        )}
      </dl>
      {progress && follows && <AsOf at={told ? told.asOf : progress.asOf} isAwaited={phase === 'awaitingCutover'} />}
    </div>
  );
};

const Bar = ({
  label,
  percent: value,
  text,
  eta,
}: {
  label: string;
  percent: number;
  text: string | undefined;
  eta: number | undefined;
}) => (
  <div class="bar">
    <Progress percent={value} label={label} />
    <p class="figures small">{[text, left(eta)].filter(Boolean).join(' · ')}</p>
  </div>
);

const Tile = ({ name, value, children }: { name: string; value: string; children?: string | false | undefined }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      <span class="tile-value figures">{value}</span>
      {children && <span class="tile-more figures">{children}</span>}
    </dd>
  </div>
);

const AsOf = ({ at, isAwaited }: { at: string; isAwaited: boolean }) => {
  const told = useTick((now) => (now - Date.parse(at) > OLD_MS ? age(now - Date.parse(at)) : ''));
  if (!told) return null;
  return (
    <p class="muted small figures">
      These figures are {told} old
      {isAwaited ? ': while a cutover is awaited, the links are looked at every few minutes' : ''}.
    </p>
  );
};
