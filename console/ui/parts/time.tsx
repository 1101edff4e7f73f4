import { useTick } from '../data/clock.ts';
import { age, clockTime, fullTime } from './text.ts';

/** `3 min`: how long ago it was, with the whole time behind it. */
export const Ago = ({ at }: { at: string }) => {
  const told = useTick((now) => age(now - Date.parse(at)));
  return (
    <time class="figures" dateTime={at} title={fullTime(at)}>
      {told}
    </time>
  );
};

/** `06:51:10`, with the day behind it. */
export const Time = ({ at }: { at: string }) => (
  <time class="figures" dateTime={at} title={fullTime(at)}>
    {clockTime(at)}
  </time>
);
