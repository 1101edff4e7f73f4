import { sentenceOf, titleOf, toneOf } from '../../console/ui/migration/timeline.ts';
import { clockTime } from '../../console/ui/parts/text.ts';
import type { Announced } from '../../functions/migration/announced.ts';
import { padded, wrap } from '../terminal/layout.ts';
import type { Look } from './migration.ts';

const TITLE_WIDTH = 20;

/** What was announced, with its time; the event has to be safe. */
export const eventText = (event: Announced, { width, paint }: Pick<Look, 'width' | 'paint'>): string[] => {
  const time = clockTime(event.at);
  const title = titleOf(event.detailType);
  const told = sentenceOf(event);
  const painted = paint.tone(toneOf(event.detailType), title);
  const indent = time.length + 2 + TITLE_WIDTH;
  if (width < indent + 30)
    return [
      `${time}  ${painted}`,
      ...wrap(told, width - 2)
        .filter(Boolean)
        .map((line) => `  ${line}`),
    ];
  const [first = '', ...rest] = wrap(told, width - indent);
  return [
    `${time}  ${padded(painted, TITLE_WIDTH)}${first}`.trimEnd(),
    ...rest.map((line) => ' '.repeat(indent) + line),
  ];
};
