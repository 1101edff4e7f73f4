import type { Sample } from '../../../../functions/migration/sample.ts';
import { thin } from '../../../../functions/migration/thin.ts';
import { phaseWords } from '../../parts/status-words.ts';
import { bytes } from '../../parts/text.ts';
import { When, Wide } from '../parts.tsx';

/** The extremes are among them. */
const MOST_ROWS = 60;

/** What the charts show, for who reads rather than looks. Newest first. */
export const HistoryTable = ({ samples }: { samples: readonly Sample[] }) => (
  <Wide label="The charts' figures">
    <table class="dense">
      <caption class="unseen">Lag, throughput and buffer over time, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Phase</th>
          <th scope="col" class="number">
            Lag
          </th>
          <th scope="col" class="number">
            Throughput
          </th>
          <th scope="col" class="number">
            Buffer
          </th>
          <th scope="col" class="number">
            Its limit
          </th>
        </tr>
      </thead>
      <tbody>
        {thin(samples, MOST_ROWS)
          .samples.toReversed()
          .map(({ at, phase, lagBytes, bytesPerSecond, bufferBytes, bufferLimitBytes }) => (
            <tr key={at}>
              <th scope="row">
                <When at={at} />
              </th>
              <td>{phaseWords(phase)}</td>
              <td class="number">{shown(lagBytes)}</td>
              <td class="number">{shown(bytesPerSecond, '/s')}</td>
              <td class="number">{shown(bufferBytes)}</td>
              <td class="number">{shown(bufferLimitBytes)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  </Wide>
);

const shown = (value: number | undefined, unit = ''): string => (value === undefined ? '–' : `${bytes(value)}${unit}`);
