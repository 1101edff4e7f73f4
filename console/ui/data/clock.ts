import { useEffect, useRef, useState } from 'preact/hooks';
import { makeStore } from './store.ts';

const now = makeStore(Date.now());
let followers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

const follow = (listener: () => void): (() => void) => {
  const end = now.follow(listener);
  followers += 1;
  timer ??= setInterval(() => now.set(Date.now()), 1000);
  return () => {
    end();
    followers -= 1;
    if (followers > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
};

/** What `tell` says of the time, once a second. Draws anew only when it says something else. */
export const useTick = <T>(tell: (nowMs: number) => T): T => {
  const [, setTold] = useState<T>();
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => follow(() => setTold(() => latest.current(now.get()))), []);
  return tell(Date.now());
};
