import { useEffect, useRef, useState } from 'preact/hooks';
import { apiNow, noteApiTime } from './api-clock.ts';
import { makeStore } from './store.ts';

export { apiNow, noteApiTime };

const now = makeStore(apiNow());
let followers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

const follow = (listener: () => void): (() => void) => {
  const end = now.follow(listener);
  followers += 1;
  timer ??= setInterval(() => now.set(apiNow()), 1000);
  return () => {
    end();
    followers -= 1;
    if (followers > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** What `tell` says of the time by the API's clock, once a second. Draws anew only when it says something else. */
export const useTick = <T>(tell: (nowMs: number) => T): T => {
  const [, setTold] = useState<T>();
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => follow(() => setTold(() => latest.current(now.get()))), []);
  return tell(apiNow());
};
