import { heading, report } from './report.ts';
import { startSyncLab, type Trial, withoutBacklog } from './trial/lab.ts';

const KEYS = 400_000;
const VALUE_BYTES = 1000;
/** Shorter than the preflight's own 5 s: what is told from less is harder to tell. */
const SAMPLE_MS = 2000;
const MB = 1_000_000;
const LIMITS_MB = [2, 8, 32, 128, 512];
const WRITES_MB = [0.3, 2, 8, 32];
const MOST_TIGHT = 0.25;

/** The forecast against the truth: for each limit and rate of writes a real full sync, under the same writes. */
export const benchForecast = async (): Promise<void> => {
  heading(
    `Forecast of a full sync of ${KEYS.toLocaleString('en-US')} keys, by limit of the replica's buffer and by writes; a cell is forecast:truth`,
  );
  // A backlog that nobody needs goes after a second: then the rate has to be told by the input, as of most real sources.
  const lab = await startSyncLab({ keys: KEYS, valueBytes: VALUE_BYTES, config: { 'repl-backlog-ttl': '1' } });
  report('bare REPLICAOF, nothing written', `${lab.bareSeconds.toFixed(2)} s, ${inMb(lab.copyBytesPerSecond)} MB/s`);
  row(
    'writes',
    LIMITS_MB.map((limit) => `${limit} MB`),
    'peak forecast',
    'seen',
    'longest',
  );
  const cells: Cell[] = [];
  for (const writesMb of WRITES_MB) {
    const trials: Trial[] = [];
    for (const limitMb of LIMITS_MB) {
      await withoutBacklog(lab);
      await lab.client.sendCommand(['CONFIG', 'SET', 'client-output-buffer-limit', `replica ${limitMb * MB} 0 0`]);
      trials.push(await lab.trial(writesMb * MB, SAMPLE_MS));
    }
    const ofRate = trials.map(cellOf);
    cells.push(...ofRate);
    show(writesMb, trials, ofRate);
  }
  await lab.end();

  const wrong = cells.filter(({ isWrong }) => isWrong).length;
  const tight = cells.filter(({ isTight }) => isTight).length;
  const most = Math.floor(MOST_TIGHT * cells.length);
  report('wrong cells', `${wrong} of ${cells.length}`, { text: '0', kept: wrong === 0 });
  report('tight cells', `${tight} of ${cells.length}`, { text: `${most}`, kept: tight <= most });
};

interface Cell {
  text: string;
  isWrong: boolean;
  isTight: boolean;
}

const cellOf = ({ forecast: { verdict }, truth: { passed } }: Trial): Cell => {
  const isTight = verdict === 'tight';
  const isWrong = verdict !== (passed ? 'pass' : 'willFail') && !isTight;
  return { text: `${verdict}:${passed ? 'passed' : 'failed'}${isWrong ? ' WRONG' : ''}`, isWrong, isTight };
};

const show = (writesMb: number, trials: readonly Trial[], cells: readonly Cell[]): void => {
  const peaks = trials.flatMap(({ forecast: { peakBufferBytes } }) => peakBufferBytes ?? []);
  const [low, high] = [Math.min(...peaks.map((peak) => peak.low)), Math.max(...peaks.map((peak) => peak.high))];
  row(
    `${writesMb} MB/s`,
    cells.map(({ text }) => text),
    `${inMb(low)}-${inMb(high)} MB`,
    `${inMb(Math.max(...trials.map(({ truth }) => truth.peakBytes)))} MB`,
    `${Math.max(...trials.map(({ truth }) => truth.seconds)).toFixed(1)} s`,
  );
};

const row = (first: string, cells: readonly string[], ...last: string[]): void =>
  console.log(
    `  ${first.padEnd(9)} ${cells.map((cell) => cell.padEnd(16)).join('')}${last.map((text) => text.padEnd(15)).join('')}`.trimEnd(),
  );

const inMb = (bytes: number): string => (bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0);
