import type { SyncForecast } from '../../../functions/migration/preflight.ts';
import { Note } from '../parts/note.tsx';
import { bytes, duration } from '../parts/text.ts';
import { Commands } from './commands.tsx';
import { Fact, Facts } from './parts.tsx';

const TITLES: Record<SyncForecast['verdict'], { tone: 'ok' | 'warn' | 'danger' | 'info'; title: string }> = {
  pass: { tone: 'ok', title: "Forecast: the full sync passes within the source's buffer" },
  tight: { tone: 'warn', title: 'Forecast: the full sync is tight' },
  willFail: { tone: 'danger', title: 'Forecast: the full sync will fail' },
  unknown: { tone: 'info', title: 'Forecast: cannot be told' },
};

/** Whether the full sync outlives the source's limits. */
export const Forecast = ({ forecast }: { forecast: SyncForecast }) => {
  const { verdict, why, writeBytesPerSecond, copyBytes, syncSeconds, peakBufferBytes, limit, backlogBytes, remedy } =
    forecast;
  return (
    <div class="forecast">
      <Note {...TITLES[verdict]}>
        <p class="foreign">{why}</p>
      </Note>
      <Facts>
        <Fact name="To copy">{copyBytes !== undefined && bytes(copyBytes)}</Fact>
        <Fact name="Full sync takes">{syncSeconds && range(syncSeconds, (seconds) => duration(seconds * 1000))}</Fact>
        <Fact name="Writes">{writeBytesPerSecond && `${range(writeBytesPerSecond, rounded)} a second`}</Fact>
        <Fact name="Buffer's peak">{peakBufferBytes && range(peakBufferBytes, rounded)}</Fact>
        <Fact name="Buffer's limit">{limit && limitText(limit)}</Fact>
        <Fact name="Backlog">{backlogBytes !== undefined && bytes(backlogBytes)}</Fact>
      </Facts>
      {remedy.length > 0 && <Commands commands={remedy} label="what makes the sync pass" title="What makes it pass" />}
    </div>
  );
};

const rounded = (value: number): string => bytes(Math.round(value));

const range = ({ low, high }: { low: number; high: number }, text: (value: number) => string): string =>
  text(low) === text(high) ? text(low) : `${text(low)} to ${text(high)}`;

const limitText = ({ hardBytes, softBytes, softSeconds }: NonNullable<SyncForecast['limit']>): string => {
  const hard = hardBytes > 0 ? bytes(hardBytes) : 'none';
  return softBytes > 0 ? `${hard}, or ${bytes(softBytes)} for ${softSeconds} s` : hard;
};
