import { makeStore, useStore } from './store.ts';

const said = makeStore('');

/** Tells screen readers something that has happened, when they have time. */
export const announce = (text: string): void => {
  // The same words twice are told once: a space makes them others.
  said.set(said.get() === text ? `${text} ` : text);
};

export const Announcer = () => (
  <p class="unseen" role="status">
    {useStore(said, (text) => text)}
  </p>
);
