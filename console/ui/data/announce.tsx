import { useState } from 'preact/hooks';
import { makeStore, useStore } from './store.ts';

const said = makeStore({ text: '' });

/** Tells screen readers something that has happened, when they have time. */
export const announce = (text: string): void => {
  // The same words twice are told once: a space makes them others.
  said.set({ text: said.get().text === text ? `${text} ` : text });
};

/** Where it is told. A dialog has one of its own, since it hides the page's; what was said before is not told again there. */
export const Announcer = () => {
  const [before] = useState(() => said.get());
  const now = useStore(said, (latest) => latest);
  return (
    <p class="unseen" role="status">
      {now === before ? '' : now.text}
    </p>
  );
};
