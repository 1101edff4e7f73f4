import './rail.css';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { useTick } from '../data/clock.ts';
import { phaseWords } from '../parts/status-words.ts';
import { duration } from '../parts/text.ts';
import { type RailState, railOf } from './rail.ts';

/** Where each step is told more of, on the same page. */
const PLACES: Record<string, string> = {
  preflight: 'preflight',
  copying: 'charts',
  inSync: 'charts',
  verifying: 'verification',
  awaiting: 'cutover',
  cutover: 'cutover',
  promotion: 'cutover',
  closing: 'stragglers',
};

const SAID: Record<RailState, string> = {
  done: 'done',
  current: 'under way',
  ahead: 'to come',
  missed: 'not reached',
  broken: 'in trouble',
};

/** The steps of a migration with the time that each took. */
export const Rail = ({ view, places }: { view: MigrationView; places: ReadonlySet<string> }) => {
  // Drawn anew once a second, for the time that the present step takes.
  const nowMs = useTick((now) => (view.outcome ? 0 : Math.floor(now / 1000) * 1000));
  return (
    <nav class="rail" aria-label="Steps of the migration">
      <ol>
        {railOf(view, nowMs).map(({ key, title, state, tookMs, visits, parts, losses }) => {
          const place = PLACES[key];
          return (
            <li key={key} class={state} aria-current={state === 'current' || state === 'broken' ? 'step' : undefined}>
              <span class="rail-mark" aria-hidden="true" />
              <span class="rail-title">
                {place && places.has(place) ? <a href={`#${place}`}>{title}</a> : title}
                <span class="unseen">, {state === 'broken' && key === 'ended' ? 'the end' : SAID[state]}</span>
                {visits > 1 && <span class="rail-times"> ×{visits}</span>}
              </span>
              <span class="rail-took figures">{tookMs === undefined ? '' : duration(tookMs)}</span>
              {(parts.length > 0 || losses > 0) && (
                <span class="rail-parts figures">
                  {parts
                    .filter(({ phase }) => phase !== 'linkLost')
                    .map((part) => `${phaseWords(part.phase)} ${duration(part.tookMs)}`)
                    .join(' · ')}
                  {losses > 0 && (
                    <span class="rail-loss">
                      link lost {losses > 1 ? `${losses} times, ` : ''}
                      {duration(parts.find(({ phase }) => phase === 'linkLost')?.tookMs ?? 0)}
                    </span>
                  )}
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
};
